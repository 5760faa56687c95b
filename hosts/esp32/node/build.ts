/** `npm run build:esp32`: the firmware of hosts/esp32, as far as the tools of this computer go. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Linked, linked, run } from "../../../sim/moddable/build.js";
import { bytecodeOf } from "../../../sim/moddable/bytecode.js";
import { buildFolder, root, Sdk } from "../../../sim/moddable/sdk.js";

const usage = `Usage: npm run build:esp32 [-- [PLATFORM] [NAME=VALUE...]]

Builds the firmware of hosts/esp32 with the Moddable SDK (MODDABLE). PLATFORM is esp32 (the default) or a sub-platform
of it, such as esp32/esp32c3. NAME=VALUE are settings of the firmware: ssid, password, host, port, listen.

Without ESP-IDF (IDF_PATH) the modules are compiled and linked into the image that goes to the chip's ROM, which
finds everything but what the C compiler would.
`;

const manifest = join(root, "hosts/esp32/manifest.json");

/** What was built of one platform. */
interface Firmware extends Linked {
	/** Bytes of bytecode of each of this project's modules. */
	bytecode: Record<string, number>;
	/** Where the files are. */
	folder: string;
}

/** Resolves and compiles every module, and links them: all that can be done without ESP-IDF. */
async function link(sdk: Sdk, platform: string, settings: readonly string[]): Promise<Firmware> {
	const { environment } = sdk;
	await run(sdk.tool("mcconfig"), ["-p", platform, "-o", buildFolder, manifest, ...settings], environment);
	const folder = join(buildFolder, "tmp", platform, "release/esp32");
	// The makefile wants ESP-IDF's configuration, of which linking needs nothing.
	const header = join(folder, "sdkconfig.h");
	writeFileSync(header, "");
	const variables = [`IDF_PATH=${folder}`, "IDF_VERSION=v6.0", `SDKCONFIG_H=${header}`, "-o", header];
	const image = join(folder, "mc.xs.c");
	// Linked anew, to hear what the linker has to say.
	const options = ["-s", "-f", join(folder, "makefile"), ...variables, "-W", manifest, image];
	const said = await run("make", options, environment);
	return { ...linked(said), bytecode: bytecodeOf(folder), folder };
}

/** Builds everything, with ESP-IDF. */
async function build(sdk: Sdk, platform: string, settings: readonly string[]): Promise<Firmware> {
	const options = ["-m", "-p", platform, "-t", "build", "-o", buildFolder, manifest, ...settings];
	const said = await run(sdk.tool("mcconfig"), options, sdk.environment);
	const folder = join(buildFolder, "tmp", platform, "release/esp32");
	return { ...linked(said), bytecode: bytecodeOf(folder), folder };
}

async function main(): Promise<number> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { help: { type: "boolean" } },
	});
	if (values.help) {
		console.log(usage);
		return 0;
	}
	const settings = positionals.filter((text) => text.includes("="));
	const [platform = "esp32", ...more] = positionals.filter((text) => !text.includes("="));
	if (!/^esp32(?:\/\w+)?$/.test(platform) || more.length)
		throw new Error(
			`The platform is ${[platform, ...more].join(" ")}: it must be esp32, or one such as esp32/esp32c3.`,
		);
	const sdk = new Sdk();
	mkdirSync(buildFolder, { recursive: true });
	const idf = process.env["IDF_PATH"];
	const complete = idf !== undefined && existsSync(join(idf, "tools/idf.py"));
	const firmware = await (complete ? build : link)(sdk, platform, settings);
	if (firmware.summary) console.log(`Linked for ${platform}: ${firmware.summary}.`);
	const sizes = Object.values(firmware.bytecode);
	const total = sizes.reduce((sum, size) => sum + size, 0);
	console.log(`${total} bytes of bytecode in ${sizes.length} modules of xs-web-socket.`);
	if (firmware.warnings.length) {
		console.error(`The linker warns:\n${firmware.warnings.map((warning) => `  ${warning}`).join("\n")}`);
		return 1;
	}
	if (complete) console.log(`The firmware is in ${join(buildFolder, "bin", platform, "release/esp32")}.`);
	else
		console.log(
			`There is no ESP-IDF (IDF_PATH is ${idf ?? "not set"}), so this ends with the linked ROM image: ${firmware.folder}/mc.xs.c. ` +
				`With ESP-IDF installed, mcconfig -d -m -p ${platform} hosts/esp32/manifest.json ssid=... password=... builds and flashes the firmware.`,
		);
	return 0;
}

// Who started the command may stop to read what it says.
process.stdout.on("error", () => {});
try {
	process.exitCode = await main();
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}
