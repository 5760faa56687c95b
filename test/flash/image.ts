/** Reads what a linked program takes in flash from mc.xs.c, the ROM image that the SDK's linker writes. */

/** Size of a slot on a 32-bit device, in bytes. */
const slotSize = 16;
/** Bytes of a name beside its slot and its text: its entries in gxColors (2) and in gxKeys (4). */
const nameOverhead = 6;

/** Contents of an image; sizes are in bytes on a 32-bit device. */
export interface ImageParts {
	/** Slots that were preloaded: objects, functions, properties, and one for each name. */
	slots: number;
	slotBytes: number;
	/** Bytecode of all functions, and of the modules that are not preloaded. */
	bytecode: number;
	/** Names of properties, variables and modules. */
	names: number;
	/** The names' texts and table entries; their slots are counted as slots. */
	nameBytes: number;
	/** Functions of XS's library that the linker keeps. */
	natives: string[];
	/** Modules, in JavaScript or C. */
	modules: number;
}

/** @throws Error when the text is not an image as SDK 8.2 writes it. */
export function imageParts(image: string): ImageParts {
	const slots = count(image, "mxHeapCount");
	const names = count(image, "mxKeysCount");
	const texts = [...image.matchAll(/kind = XS_KEY_X_KIND\}, \.value = \{ \.key = \{ "((?:[^"\\]|\\.)*)"/g)];
	const functions = [
		...image.matchAll(/kind = XS_CODE_X_KIND\}, \.value = \{ \.code = \{ \(txByte\*\)"([^"]*)"/g),
	];
	const bodies = [...image.matchAll(/^static const txU1 gxCode\d+\[(\d+)\] = \{$/gm)];
	return {
		slots,
		slotBytes: slots * slotSize,
		bytecode:
			sum(functions.map(([, text]) => literalSize(text as string))) +
			sum(bodies.map(([, size]) => Number(size))),
		names,
		nameBytes: sum(texts.map(([, text]) => literalSize(text as string))) + nameOverhead * names,
		natives: keptNatives(image),
		modules: count(image, "mxScriptsCount"),
	};
}

function count(image: string, name: string): number {
	const value = new RegExp(`^#define ${name} (\\d+)$`, "m").exec(image)?.[1];
	if (value === undefined)
		throw new Error(`mc.xs.c has no ${name}: the Moddable SDK has changed its format.`);
	return Number(value);
}

/** Returns the size of a C string literal with its final zero. */
function literalSize(literal: string): number {
	return literal.replace(/\\x[0-9a-f]{2}|\\./gi, ".").length + 1;
}

/** The builders of XS's own library; the linker replaces each function that it strips by fxDeadStrip. */
function keptNatives(image: string): string[] {
	const table = /^static const xsHostBuilder gxBuilders\[\d+\] = \{$(.*?)^\};$/ms.exec(image)?.[1];
	if (table === undefined)
		throw new Error("mc.xs.c has no gxBuilders: the Moddable SDK has changed its format.");
	const names = [...table.matchAll(/\{ (fx_\w+),/g)].map(([, name]) => name as string);
	return [...new Set(names)].sort();
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
