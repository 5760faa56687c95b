/** The bytecode of this project's modules in a linked program. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Bytes of bytecode of each linked module, by its specifier.
 * @param folder that of mc.xs.c, the linked image
 */
export function bytecodeOf(folder: string): Record<string, number> {
	const image = readFileSync(join(folder, "mc.xs.c"), "utf8");
	const names = [...image.matchAll(/"(xs-web-socket(?:\/[^"]*)?)", \{ XS_MAJOR_VERSION/g)].map(
		([, name]) => name as string,
	);
	return Object.fromEntries(
		names.map((name) => [name, codeSize(readFileSync(join(folder, "modules", `${name}.xsb`)))]),
	);
}

/** Length of the CODE atom of a compiled module. The names beside it are shared by the whole program. */
function codeSize(compiled: Buffer): number {
	const header = 8;
	for (let offset = header; offset < compiled.length; offset += compiled.readUInt32BE(offset))
		if (compiled.toString("latin1", offset + 4, offset + header) === "CODE")
			return compiled.readUInt32BE(offset) - header;
	return 0;
}
