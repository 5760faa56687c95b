/** Locates the XS engine: the worker that `npm install` compiles from the sources in `@agoric/xsnap`. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Thrown when the engine is missing. The message says what to do; there is no stack, which would not help. */
export class EngineMissing extends Error {
	/**
	 * @param command command to run after the cause is removed
	 * @param nodeVersion version of Node.js, as in `process.version`
	 */
	constructor(command: string, nodeVersion = process.version) {
		super(
			/^v2[02]\./.test(nodeVersion)
				? `The XS engine has not been compiled, probably because npm found no C compiler or no make. Install them (Debian: sudo apt-get install build-essential), then run ${command}.`
				: `The XS engine has not been compiled: npm installs it only for Node.js 20 and 22, and this is Node.js ${nodeVersion}. Switch to one of them, then run ${command}.`,
		);
		this.name = "EngineMissing";
		this.stack = this.message;
	}
}

/**
 * Returns the path of the engine's binary.
 * @param folder folder of the npm package; undefined if npm has not installed it because it did not compile
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
