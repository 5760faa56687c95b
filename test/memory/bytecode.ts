import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../sim/moddable/build.js";
import { bytecodeOf } from "../../sim/moddable/bytecode.js";
import { buildFolder, root, type Sdk } from "../../sim/moddable/sdk.js";

/** Size of our modules on an ESP32, release build. */
export interface Bytecode {
	/** Size of the bytecode of all modules. */
	bytes: number;
	budget: number;
	/** Size by the specifier of the module. */
	modules: Record<string, number>;
}

const platform = "esp32";
const manifest = join(root, "test/memory/device/manifest.json");

/** Compiles a program for an ESP32 with the SDK's own tools only, and measures our modules. */
export async function measureBytecode(sdk: Sdk): Promise<Bytecode> {
	const build = await linkForEsp32(sdk, manifest, "memory", platform);
	// The program that measures is linked, too.
	const own = Object.entries(bytecodeOf(build)).filter(([name]) => !name.startsWith("xs-web-socket/test/"));
	const modules = Object.fromEntries(own);
	const bytes = Object.values(modules).reduce((sum, size) => sum + size, 0);
	return { bytes, budget: 20480, modules };
}

/**
 * Links a program for an ESP32 with the SDK's own tools only. Returns the folder of the linked image.
 * @param manifest Absolute path.
 * @param name Name of the program.
 * @param folder Name of the output folder.
 */
export async function linkForEsp32(
	sdk: Sdk,
	manifest: string,
	name: string,
	folder: string,
): Promise<string> {
	const output = join(buildFolder, folder);
	await mkdir(output, { recursive: true });
	await run(sdk.tool("mcconfig"), ["-p", platform, "-o", output, manifest], sdk.environment);
	const build = join(output, "tmp", platform, "release", name);
	// An empty file replaces that of ESP-IDF: the linked image does not depend on it.
	const configuration = join(build, "sdkconfig.h");
	await writeFile(configuration, "");
	const settings = [`IDF_PATH=${build}`, "IDF_VERSION=v6.0", `SDKCONFIG_H=${configuration}`];
	const made = [
		"-s",
		"-f",
		join(build, "makefile"),
		...settings,
		"-o",
		configuration,
		join(build, "mc.xs.c"),
	];
	await run("make", made, sdk.environment);
	return build;
}
