/** `npm run build:esp32`: the firmware of hosts/esp32, as far as the tools of this computer go. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../../sim/commandline.js";
import { type Linked, linked, run } from "../../../sim/moddable/build.js";
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
	/** Octets of bytecode of this project's modules. */
	bytecode: number;
	modules: number;
	/** Where the files are. */
	folder: string;
}

/** Octets and number of this project's modules among those that the linker has put together. */
function measure(folder: string): { bytecode: number; modules: number } {
	const image = readFileSync(join(folder, "mc.xs.c"), "utf8");
	const names = [...image.matchAll(/"(xs-web-socket(?:\/[^"]*)?)", \{ XS_MAJOR_VERSION/g)].map(
		([, name]) => name,
	);
	const sizes = names.map((name) => codeSize(readFileSync(join(folder, "modules", `${name}.xsb`))));
	return { bytecode: sizes.reduce((sum, size) => sum + size, 0), modules: sizes.length };
}

/** The length of the CODE atom of a compiled module; the names beside it are shared by all of a program. */
function codeSize(compiled: Buffer): number {
	const header = 8;
	for (let offset = header; offset < compiled.length; offset += compiled.readUInt32BE(offset))
		if (compiled.toString("latin1", offset + 4, offset + header) === "CODE")
			return compiled.readUInt32BE(offset) - header;
	return 0;
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
	return { ...linked(said), ...measure(folder), folder };
}

/** Builds everything, with ESP-IDF. */
async function build(sdk: Sdk, platform: string, settings: readonly string[]): Promise<Firmware> {
	const options = ["-m", "-p", platform, "-t", "build", "-o", buildFolder, manifest, ...settings];
	const said = await run(sdk.tool("mcconfig"), options, sdk.environment);
	const folder = join(buildFolder, "tmp", platform, "release/esp32");
	return { ...linked(said), ...measure(folder), folder };
}

async function buildFirmware(words: readonly string[]): Promise<number> {
	const settings = words.filter((text) => text.includes("="));
	const [platform = "esp32", ...more] = words.filter((text) => !text.includes("="));
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
	console.log(`${firmware.bytecode} octets of bytecode in ${firmware.modules} modules of xs-web-socket.`);
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

await runCommand(usage, {}, (_, words) => buildFirmware(words), true);
