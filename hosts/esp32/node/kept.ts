/**
 * The parts of XS that the linker keeps in the firmware. It strips everything that no module refers to, so a single
 * reference can cost much flash: `Function` keeps the compiler of XS (78 KB), a regular expression keeps its engine.
 */

/** The classes and functions of XS that hosts/esp32 needs, together with the SDK's modules in it. */
const needed: readonly string[] = [
	"Array",
	"ArrayBuffer",
	"ArrayIterator",
	"Boolean",
	"DataView",
	"Date",
	"Enumerator",
	"Error",
	"Function.prototype",
	// Kept because its methods share their names with methods of Array.
	"Iterator",
	"IteratorHelper",
	"IteratorWrapper",
	"JSON",
	"Map",
	"MapIterator",
	"Math",
	"ModuleSource",
	"Number",
	"Object",
	"RangeError",
	"ReferenceError",
	"String",
	"Symbol",
	"SyntaxError",
	"TypeError",
	"TypedArray",
	"Uint8Array",
	"parseInt",
	"species",
	"trace",
];

/** What the SDK's TLS needs besides: it computes with large numbers. */
const neededByTls: readonly string[] = ["BigInt"];

/**
 * Returns the classes and global functions of XS that are kept in a linked image, at least in part. "Function" is the
 * constructor, which needs the compiler; "Function.prototype" stands for the methods.
 * @param image Text of mc.xs.c.
 * @throws Error when the image has no table of functions.
 */
export function keptParts(image: string): string[] {
	const table = /^static const xsHostBuilder gxBuilders\[\d+\] = \{$(.*?)^\};$/ms.exec(image)?.[1];
	if (table === undefined)
		throw new Error("mc.xs.c has no gxBuilders: the Moddable SDK has changed its format.");
	const parts = [...table.matchAll(/\bfx_([A-Za-z0-9]+)(_\w+)?/g)].map(([, name, member]) =>
		name === "Function" && member ? "Function.prototype" : (name as string),
	);
	return [...new Set(parts)].sort();
}

/**
 * Returns the parts of XS in a linked image that are not in the list of needed parts.
 * @param tls True for the firmware with TLS.
 */
export function unneededParts(image: string, tls: boolean): string[] {
	const expected = tls ? [...needed, ...neededByTls] : needed;
	return keptParts(image).filter((part) => !expected.includes(part));
}
