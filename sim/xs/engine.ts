/** Locates the XS engine: the worker that `npm install` compiles from the sources in `@agoric/xsnap`. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Environment variable: `32` runs device programs on the engine that `npm run build:engine32` compiles. */
export const bitsVariable = "XS_WEB_SOCKET_BITS";
/** Folder of the engine's binary and of its makefile, by operating system. */
export const platform = process.platform === "darwin" ? "mac" : "lin";

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
 * Returns the path of the engine's binary. By default that is the one that npm compiled for this computer; with
 * `XS_WEB_SOCKET_BITS=32` it is the one compiled for 32 bits.
 * @param folder folder of the npm package; undefined if npm has not installed it because it did not compile
 * @throws EngineMissing, or RangeError for another value of the variable
 */
export function engineBinary(folder = enginePackage()): string {
	if (folder === undefined) throw new EngineMissing("npm install");
	const path = join(folder, "xsnap-native/xsnap/build/bin", platform, "release/xsnap-worker");
	if (!existsSync(path)) throw new EngineMissing("npm rebuild @agoric/xsnap");
	const bits = process.env[bitsVariable];
	if (!bits) return path;
	if (bits !== "32") throw new RangeError(`${bitsVariable} is ${bits}: it must be 32, or not set.`);
	const path32 = engine32Path(folder);
	if (!existsSync(path32))
		throw new Error("The XS engine has not been compiled for 32 bits: run npm run build:engine32.");
	return path32;
}

/** Returns where the engine for 32 bits is, once it has been compiled from the sources of the npm package. */
export function engine32Path(folder: string): string {
	const { version } = createRequire(import.meta.url)(join(folder, "package.json")) as { version: string };
	return join(engineCache, `xsnap-worker-32-${version}`);
}

/** Folder of binaries that are made once, from sources in npm packages. */
export const engineCache = join(import.meta.dirname, "../../node_modules/.cache/xs-web-socket");

/** Returns the folder of the npm package with the engine; undefined if it is not installed. */
export function enginePackage(): string | undefined {
	try {
		return dirname(createRequire(import.meta.url).resolve("@agoric/xsnap/package.json"));
	} catch {
		return undefined;
	}
}
