import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../sim/moddable/build.js";
import { buildFolder, root, type Sdk } from "../../sim/moddable/sdk.js";

/** The size of our modules on an ESP32, release build. */
export interface Bytecode {
	/** Octets of the bytecode of all modules, each with the table of its names: they are shared in the program. */
	octets: number;
	budget: number;
	/** By the path of the module. */
	modules: Record<string, number>;
}

const platform = "esp32";
const manifest = join(root, "test/memory/device/manifest.json");
const folders = ["modules/rfc6455", "modules/websocket"];

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
	const modules: Record<string, number> = {};
	for (const folder of folders) {
		const compiled = join(build, "modules/xs-web-socket", folder);
		for (const file of (await readdir(compiled)).filter((name) => name.endsWith(".xsb"))) {
			// Files of modules that there are no more may remain.
			await readFile(join(root, folder, file.replace(/xsb$/, "ts"))).then(
				async () => {
					modules[`${folder}/${file.slice(0, -4)}`] = (await stat(join(compiled, file))).size;
				},
				() => {},
			);
		}
	}
	const octets = Object.values(modules).reduce((sum, size) => sum + size, 0);
	return { octets, budget: 20480, modules };
}
