/** Where the XS engine is: the worker that `npm install` compiles from the sources in `@agoric/xsnap`. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The engine is not there. The message says what to do about it; no stack is of any help. */
export class EngineMissing extends Error {
	constructor() {
		super(
			"The XS engine has not been compiled, probably because npm install found no C compiler: install one (on Debian: sudo apt-get install build-essential), then run npm rebuild @agoric/xsnap.",
		);
		this.name = "EngineMissing";
		this.stack = this.message;
	}
}

/**
 * Path of the engine's binary.
 * @param folder of the npm package
 * @throws EngineMissing
 */
export function engineBinary(folder = packageFolder()): string {
	const platform = process.platform === "darwin" ? "mac" : "lin";
	const path = join(folder, "xsnap-native/xsnap/build/bin", platform, "release/xsnap-worker");
	if (!existsSync(path)) throw new EngineMissing();
	return path;
}

function packageFolder(): string {
	try {
		return dirname(createRequire(import.meta.url).resolve("@agoric/xsnap/package.json"));
	} catch {
		throw new EngineMissing();
	}
}
