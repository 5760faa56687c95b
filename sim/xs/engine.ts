/** Where the XS engine is: the worker that `npm install` compiles from the sources in `@agoric/xsnap`. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The engine is not there. The message says what to do about it; no stack is of any help. */
export class EngineMissing extends Error {
	/**
	 * @param command what makes up for it once a compiler is there
	 * @param nodeVersion of Node.js, as `process.version` has it
	 */
	constructor(command: string, nodeVersion = process.version) {
		super(
			/^v2[02]\./.test(nodeVersion)
				? `The XS engine has not been compiled, probably because npm found no C compiler or no make: install them (on Debian: sudo apt-get install build-essential), then run ${command}.`
				: `The XS engine has not been compiled, because npm installs it for Node.js 20 and 22 only, and this is Node.js ${nodeVersion}: change to one of them, then run ${command}.`,
		);
		this.name = "EngineMissing";
		this.stack = this.message;
	}
}

/**
 * Path of the engine's binary.
 * @param folder of the npm package; undefined when npm has not installed it, as it does when the engine does not compile
 * @throws EngineMissing
 */
export function engineBinary(folder = packageFolder()): string {
	if (folder === undefined) throw new EngineMissing("npm install");
	const platform = process.platform === "darwin" ? "mac" : "lin";
	const path = join(folder, "xsnap-native/xsnap/build/bin", platform, "release/xsnap-worker");
	if (!existsSync(path)) throw new EngineMissing("npm rebuild @agoric/xsnap");
	return path;
}

function packageFolder(): string | undefined {
	try {
		return dirname(createRequire(import.meta.url).resolve("@agoric/xsnap/package.json"));
	} catch {
		return undefined;
	}
}
