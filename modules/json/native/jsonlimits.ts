/**
 * The native twin of ../jsonlimits.ts, which manifests put in its place: see there for what the functions do.
 * Each body is the form in which XS binds a function to C.
 */

declare function native(name: string): (...args: unknown[]) => number;

export function measureText(
	this: unknown,
	text: string,
	maxDepth: number,
	maxValues: number,
	maxNameMemory: number,
): number {
	return native("xs_jsonlimits_measureText").call(this, text, maxDepth, maxValues, maxNameMemory);
}

export function measureValue(this: unknown, value: unknown, maxDepth: number): number {
	return native("xs_jsonlimits_measureValue").call(this, value, maxDepth);
}
