/** Measures the bytecode of the modules in a linked program. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Returns the size of the bytecode of each linked module of this project, in bytes, by module specifier.
 * @param folder The folder of mc.xs.c, the linked image.
 */
export function bytecodeOf(folder: string): Record<string, number> {
	const own = Object.entries(allBytecode(folder)).filter(([name]) => /^xs-web-socket(?:\/|$)/.test(name));
	return Object.fromEntries(own);
}

/** Returns the size of the bytecode of each linked module, those of the SDK included. */
export function allBytecode(folder: string): Record<string, number> {
	const image = readFileSync(join(folder, "mc.xs.c"), "utf8");
	const names = [...image.matchAll(/"([^"]+)", \{ XS_MAJOR_VERSION/g)].map(([, name]) => name as string);
	return Object.fromEntries(
		names.map((name) => [
			name,
			// mcconfig names the folder of "embedded:io/socket/tcp" ~.embedded.
			codeSize(readFileSync(join(folder, "modules", `${name.replace(/^(\w+):/, "~.$1/")}.xsb`))),
		]),
	);
}

/** Returns the length of the CODE atom of a compiled module. Names are not counted: the whole program shares them. */
function codeSize(compiled: Buffer): number {
	const header = 8;
	for (let offset = header; offset < compiled.length; offset += compiled.readUInt32BE(offset))
		if (compiled.toString("latin1", offset + 4, offset + header) === "CODE")
			return compiled.readUInt32BE(offset) - header;
	return 0;
}
