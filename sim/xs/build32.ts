/**
 * Compiles the XS engine for 32 bits, so that objects have the sizes that they have on a device: slots of 16 bytes
 * instead of 32, headers of chunks of 8 bytes instead of 16.
 */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { EngineMissing, engine32Path, engineCache, enginePackage, platform } from "./engine.js";

const run = promisify(execFile);

/** SSE2 computes in 64 bits, as a device does; the x87 unit, the default for 32 bits, in 80. */
const compilerOptions = ["-m32", "-msse2", "-mfpmath=sse"];
const probe = `#include <math.h>
#include <stdlib.h>
int main(int count, char **words) { return sizeof(void *) == 4 && sqrt(atof(words[1])) == count ? 0 : 1; }
`;

/** Thrown when the engine cannot be compiled for 32 bits. The message has the reason; there is no stack. */
export class CannotBuild extends Error {
	constructor(message: string) {
		super(message);
		this.name = "CannotBuild";
		this.stack = message;
	}
}

/**
 * Compiles the engine for 32 bits from the sources in the npm package, unless that was done before.
 * @returns path of the engine's binary
 * @throws CannotBuild when the compiler cannot do that here, EngineMissing when the npm package is not installed
 */
export async function buildEngine32(): Promise<string> {
	const source = enginePackage();
	if (source === undefined) throw new EngineMissing("npm install");
	const path = engine32Path(source);
	if (existsSync(path)) return path;
	await mkdir(engineCache, { recursive: true });
	const folder = await mkdtemp(join(engineCache, "build-"));
	try {
		await checkCompiler(folder);
		await compile(source, folder);
		await rename(join(folder, "bin", platform, "release/xsnap-worker"), path);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
	return path;
}

/** Compiles and runs a small program. */
async function checkCompiler(folder: string): Promise<void> {
	const file = join(folder, "probe.c");
	const program = join(folder, "probe");
	await writeFile(file, probe);
	try {
		await run("cc", [...compilerOptions, file, "-lm", "-o", program]);
		await run(program, ["4"]);
	} catch {
		throw new CannotBuild(
			"The C compiler of this computer makes no programs for 32 bits (Debian on a PC: sudo apt-get install gcc-multilib)",
		);
	}
}

async function compile(source: string, folder: string): Promise<void> {
	try {
		await run("make", [
			`-j${availableParallelism()}`,
			...["-C", join(source, "xsnap-native/xsnap/makefiles", platform)],
			...["-f", "xsnap-worker.mk"],
			"GOAL=release",
			`MODDABLE=${join(source, "moddable")}`,
			`BUILD_DIR=${folder}`,
			"XSNAP_VERSION=32",
			// As in the package's own build: __has_builtin is missing in old versions of gcc.
			`CC=cc ${compilerOptions.join(" ")} "-D__has_builtin(x)=1"`,
		]);
	} catch (error) {
		const output = (error as { stderr?: string }).stderr?.trim().split("\n").slice(-10).join("\n");
		throw new CannotBuild(
			`The XS engine could not be compiled for 32 bits:\n${output || (error as Error).message}`,
		);
	}
}
