/**
 * The parts of XS that the linker keeps in the firmware. It strips what no module mentions, so that one careless word can
 * cost much flash: `Function` keeps the compiler of XS (78 KB), a regular expression keeps its engine.
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
	// Its methods have names that Array's have, too.
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

/**
 * Returns the classes and global functions of XS in a linked image of which anything is kept. Of Function the
 * constructor, which needs the compiler, is told from the methods.
 * @param image Text of mc.xs.c
 * @throws Error when it has no table of functions
 */
export function keptParts(image: string): string[] {
	const table = /^static const xsHostBuilder gxBuilders\[\d+\] = \{$(.*?)^\};$/ms.exec(image)?.[1];
	if (table === undefined)
		throw new Error("mc.xs.c has no gxBuilders: the Moddable SDK has changed its form.");
	const parts = [...table.matchAll(/\bfx_([A-Za-z0-9]+)(_\w+)?/g)].map(([, name, member]) =>
		name === "Function" && member ? "Function.prototype" : (name as string),
	);
	return [...new Set(parts)].sort();
}

/** Returns the parts of XS in a linked image that the firmware did not need before. */
export function unneededParts(image: string): string[] {
	return keptParts(image).filter((part) => !needed.includes(part));
}
