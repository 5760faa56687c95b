import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../sim/moddable/build.js";
import { bytecodeOf } from "../../sim/moddable/bytecode.js";
import { buildFolder, root, type Sdk } from "../../sim/moddable/sdk.js";

/** The size of our modules on an ESP32, release build. */
export interface Bytecode {
	/** Bytes of the bytecode of all modules. */
	octets: number;
	budget: number;
	/** By the specifier of the module. */
	modules: Record<string, number>;
}

const platform = "esp32";
const manifest = join(root, "test/memory/device/manifest.json");

/** Compiles a program for an ESP32, as far as that needs no compiler but the SDK's own, and measures our modules. */
export async function measureBytecode(sdk: Sdk): Promise<Bytecode> {
	const output = join(buildFolder, platform);
	await mkdir(output, { recursive: true });
	await run(sdk.tool("mcconfig"), ["-p", platform, "-o", output, manifest], sdk.environment);
	const build = join(output, "tmp", platform, "release/memory");
	// What ESP-IDF would make is empty: the linked image does not depend on it.
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
	// The program that measures is linked, too.
	const own = Object.entries(bytecodeOf(build)).filter(([name]) => !name.startsWith("xs-web-socket/test/"));
	const modules = Object.fromEntries(own);
	const octets = Object.values(modules).reduce((sum, size) => sum + size, 0);
	return { octets, budget: 20480, modules };
}
