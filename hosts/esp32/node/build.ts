/** `npm run build:esp32`: builds the firmware of hosts/esp32; without ESP-IDF, as far as possible. */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../../sim/commandline.js";
import { linked, run } from "../../../sim/moddable/build.js";
import { bytecodeOf } from "../../../sim/moddable/bytecode.js";
import { type Image, linkForEsp32 } from "../../../sim/moddable/esp32.js";
import { buildFolder, root, Sdk } from "../../../sim/moddable/sdk.js";
import { unneededParts } from "./kept.js";

const usage = `Usage: npm run build:esp32 [-- [--tls] [PLATFORM] [NAME=VALUE...]]

Builds the firmware of hosts/esp32 with the Moddable SDK (MODDABLE). PLATFORM is esp32 (the default) or a
sub-platform, such as esp32/esp32c3. NAME=VALUE are settings of the firmware: ssid, password, host, port, path,
listen.

  --tls    build the firmware that reports with TLS (manifest_secure.json)
  --help   show this text

Without ESP-IDF (IDF_PATH) the modules are compiled and linked into the ROM image. This finds all errors except
those of the C compiler.
`;

function manifestOf(tls: boolean): string {
	return `hosts/esp32/${tls ? "manifest_secure" : "manifest"}.json`;
}

/** Result of a build for one platform. */
interface Firmware extends Image {
	/** Size of the bytecode of each of this project's modules. */
	bytecode: Record<string, number>;
	/** Parts of XS that the firmware should not need. */
	unneeded: string[];
}

/** Measures a linked image. */
function contentsOf(folder: string, tls: boolean): Pick<Firmware, "bytecode" | "unneeded"> {
	const image = readFileSync(join(folder, "mc.xs.c"), "utf8");
	return { bytecode: bytecodeOf(folder), unneeded: unneededParts(image, tls) };
}

async function link(
	sdk: Sdk,
	tls: boolean,
	platform: string,
	settings: readonly string[],
): Promise<Firmware> {
	const manifest = join(root, manifestOf(tls));
	const image = await linkForEsp32(sdk, { manifest, name: "esp32", platform, settings });
	return { ...image, ...contentsOf(image.folder, tls) };
}

/** Builds the complete firmware with ESP-IDF. */
async function build(
	sdk: Sdk,
	tls: boolean,
	platform: string,
	settings: readonly string[],
): Promise<Firmware> {
	const options = [
		"-m",
		"-p",
		platform,
		"-t",
		"build",
		"-o",
		buildFolder,
		join(root, manifestOf(tls)),
		...settings,
	];
	const output = await run(sdk.tool("mcconfig"), options, sdk.environment);
	const folder = join(buildFolder, "tmp", platform, "release/esp32");
	return { ...linked(output), ...contentsOf(folder, tls), folder };
}

async function buildFirmware(tls: boolean, words: readonly string[]): Promise<number> {
	const settings = words.filter((text) => text.includes("="));
	const [platform = "esp32", ...more] = words.filter((text) => !text.includes("="));
	if (!/^esp32(?:\/\w+)?$/.test(platform) || more.length)
		throw new Error(
			`The platform is ${[platform, ...more].join(" ")}: it must be esp32 or a sub-platform such as esp32/esp32c3.`,
		);
	const sdk = new Sdk();
	mkdirSync(buildFolder, { recursive: true });
	const idf = process.env["IDF_PATH"];
	const complete = idf !== undefined && existsSync(join(idf, "tools/idf.py"));
	const firmware = await (complete ? build : link)(sdk, tls, platform, settings);
	if (firmware.summary) console.log(`Linked for ${platform}: ${firmware.summary}.`);
	const sizes = Object.values(firmware.bytecode);
	const total = sizes.reduce((sum, size) => sum + size, 0);
	console.log(`${total} bytes of bytecode in ${sizes.length} modules of xs-web-socket.`);
	if (firmware.warnings.length) {
		console.error(`Linker warnings:\n${firmware.warnings.map((warning) => `  ${warning}`).join("\n")}`);
		return 1;
	}
	if (firmware.unneeded.length) {
		console.error(
			`XS keeps what the firmware did not need before: ${firmware.unneeded.join(", ")}. Each costs flash: find the module that mentions it, or add it to hosts/esp32/node/kept.ts.`,
		);
		return 1;
	}
	if (complete) console.log(`The firmware is in ${join(buildFolder, "bin", platform, "release/esp32")}.`);
	else
		console.log(
			`Without ESP-IDF (IDF_PATH is ${idf ?? "not set"}) the build ends with the linked ROM image: ${firmware.folder}/mc.xs.c. ` +
				`With ESP-IDF installed, mcconfig -d -m -p ${platform} ${manifestOf(tls)} ssid=... password=... builds and flashes the firmware.`,
		);
	return 0;
}

await runCommand(usage, { tls: "boolean" }, ({ tls = false }, words) => buildFirmware(tls, words), true);
