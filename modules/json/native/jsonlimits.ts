/**
 * Declares the functions of jsonlimits.c, which manifests use instead of ../jsonlimits.ts. XS binds a function with such a
 * body to C.
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
