/** Links device programs for the ESP32 without ESP-IDF: as far as mc.xs.c, the ROM image. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Linked, linked, run } from "./build.js";
import { buildFolder, type Sdk } from "./sdk.js";

export interface Image extends Linked {
	/** Folder of mc.xs.c and the other generated files. */
	folder: string;
}

export interface ImageOptions {
	/** Absolute path of the manifest. */
	manifest: string;
	/** Name of the program: that of the manifest's folder, unless the manifest has `NAME`. */
	name: string;
	/** "esp32" (the default) or a sub-platform. */
	platform?: string;
	/** Settings of the program: NAME=VALUE. */
	settings?: readonly string[];
	/** Output folder. */
	output?: string;
}

/**
 * Resolves, compiles and links all modules of a program: everything that does not need ESP-IDF.
 * @throws Error with the compiler output if the build fails
 */
export async function linkForEsp32(sdk: Sdk, options: ImageOptions): Promise<Image> {
	const { manifest, name, platform = "esp32", settings = [], output = buildFolder } = options;
	const { environment } = sdk;
	mkdirSync(output, { recursive: true });
	await run(sdk.tool("mcconfig"), ["-p", platform, "-o", output, manifest, ...settings], environment);
	const folder = join(output, "tmp", platform, "release", name);
	// The makefile requires ESP-IDF's configuration, but linking does not use it.
	const header = join(folder, "sdkconfig.h");
	writeFileSync(header, "");
	const variables = [`IDF_PATH=${folder}`, "IDF_VERSION=v6.0", `SDKCONFIG_H=${header}`, "-o", header];
	const image = join(folder, "mc.xs.c");
	// Link again to get the linker's messages.
	const made = ["-s", "-f", join(folder, "makefile"), ...variables, "-W", manifest, image];
	return { ...linked(await run("make", made, environment)), folder };
}
