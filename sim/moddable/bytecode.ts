/** Measures the bytecode of the modules in a linked program. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Returns the size of the bytecode of each linked module, in bytes, by module specifier.
 * @param folder The folder of mc.xs.c, the linked image.
 * @param prefix Start of the specifiers; default: those of this project; "" for all.
 */
export function bytecodeOf(folder: string, prefix = "xs-web-socket"): Record<string, number> {
	const image = readFileSync(join(folder, "mc.xs.c"), "utf8");
	const names = [...image.matchAll(/"([^"]+)", \{ XS_MAJOR_VERSION/g)]
		.map(([, name]) => name as string)
		.filter((name) => name.startsWith(prefix));
	return Object.fromEntries(
		names.map((name) => [name, codeSize(readFileSync(join(folder, "modules", `${fileOf(name)}.xsb`)))]),
	);
}

/** Returns the name of a module's file: "embedded:io/digital" is in ~.embedded/io/digital. */
function fileOf(name: string): string {
	return name.replace(/^(\w+):/, "~.$1/");
}

/** Returns the length of the CODE atom of a compiled module. Names are not counted: the whole program shares them. */
function codeSize(compiled: Buffer): number {
	const header = 8;
	for (let offset = header; offset < compiled.length; offset += compiled.readUInt32BE(offset))
		if (compiled.toString("latin1", offset + 4, offset + header) === "CODE")
			return compiled.readUInt32BE(offset) - header;
	return 0;
}
