/** `npm run flash`: the flash that examples/sensor takes in addition to sockets alone. */

import { readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { runCommand } from "../../sim/commandline.js";
import { bytecodeOf } from "../../sim/moddable/bytecode.js";
import { linkForEsp32 } from "../../sim/moddable/esp32.js";
import { buildFolder, root, Sdk } from "../../sim/moddable/sdk.js";
import { imageParts } from "./image.js";
import { Linker, missingCompiler, sourcesOf } from "./link.js";
import {
	functionsBeyond,
	modulesBeyond,
	nativesBeyond,
	type Part,
	type Program,
	partsBeyond,
	totalOf,
} from "./parts.js";

const usage = `Usage: npm run -s flash [-- --details]

Builds examples/sensor, a program that only uses sockets, and one on the SDK's WebSocket for ESP32 with the Moddable
SDK (MODDABLE), links them for a Cortex-M0+ with arm-none-eabi-gcc, and prints what they take in flash beyond sockets
alone. No ESP-IDF and no board is needed. Exits with 1 when a figure exceeds test/flash/budget.json. Without the compiler
only the parts of the ROM image are measured.

Options:
  --details   also the bytecode of each module and each part of XS's library
`;

/** A limit in bytes for the whole, and for the parts of the ROM image, which need no C compiler. */
interface Budget {
	total: number;
	image: number;
}

const folder = join(root, "test/flash");
const output = join(buildFolder, "flash");
const baseline = "sockets";
const programs: Readonly<Record<string, string>> = {
	[baseline]: join(folder, "apps/sockets/manifest.json"),
	sdk: join(folder, "apps/sdk/manifest.json"),
	sensor: join(root, "examples/sensor/manifest.json"),
};
/** The parts that are measured without a C compiler. */
const imageCount = 3;

async function measure(
	sdk: Sdk,
	linker: Linker | undefined,
	names: readonly string[],
): Promise<Map<string, Program>> {
	// The SDK's linker keeps the names of modules that a program had before.
	rmSync(join(output, "tmp"), { recursive: true, force: true });
	const images = new Map<string, { folder: string; sources: string[] }>();
	for (const name of names) {
		const image = await linkForEsp32(sdk, { manifest: programs[name] as string, name, output });
		if (image.warnings.length) throw new Error(`Linker warnings in ${name}:\n${image.warnings.join("\n")}`);
		const sources = sourcesOf(readFileSync(join(image.folder, "makefile"), "utf8"));
		images.set(name, { folder: image.folder, sources });
	}
	// C that every program has belongs to the platform, and needs its headers.
	const common = new Set(images.get(baseline)?.sources);
	const measured = new Map<string, Program>();
	for (const [name, image] of images) {
		const sources = image.sources.filter((source) => !common.has(source));
		measured.set(name, {
			name,
			image: imageParts(readFileSync(join(image.folder, "mc.xs.c"), "utf8")),
			bytecode: bytecodeOf(image.folder, ""),
			own: sources.filter((source) => source.startsWith(root)).map((source) => basename(source, ".c")),
			sections: await linker?.link(name, image.folder, sources),
		});
	}
	return measured;
}

function print(title: string, parts: readonly Part[]): void {
	console.log(`\n${title}`);
	for (const { name, bytes, detail } of parts)
		console.log(`${String(bytes).padStart(8)}  ${name}${detail ? ` (${detail})` : ""}`);
}

function checked(program: Program, parts: readonly Part[], budget: Budget | undefined): string[] {
	if (!budget) return [];
	const image = totalOf(parts.slice(0, imageCount));
	const checks = [{ what: "its ROM image", bytes: image, limit: budget.image }];
	if (program.sections) checks.push({ what: "all", bytes: totalOf(parts), limit: budget.total });
	return checks
		.filter(({ bytes, limit }) => bytes > limit)
		.map(
			({ what, bytes, limit }) => `${program.name}: ${what} takes ${bytes} bytes; the budget is ${limit}.`,
		);
}

async function flash(details: boolean): Promise<number> {
	const sdk = new Sdk();
	const missing = await missingCompiler(sdk.environment);
	if (missing) console.log(`Only the ROM image is measured: ${missing}.`);
	const linker = missing ? undefined : new Linker(sdk, join(output, "arm"));
	const budgets = JSON.parse(readFileSync(join(folder, "budget.json"), "utf8")) as Record<string, Budget>;
	const measured = await measure(sdk, linker, Object.keys(programs));
	const base = measured.get(baseline) as Program;
	const faults: string[] = [];
	for (const [name, program] of measured) {
		if (program === base) continue;
		const parts = partsBeyond(base, program);
		print(`${name}: ${totalOf(parts)} bytes more than ${baseline}`, parts);
		faults.push(...checked(program, parts, budgets[name]));
		if (!details) continue;
		print(`${name}: bytecode of modules`, modulesBeyond(base, program));
		print(`${name}: files of XS`, nativesBeyond(base, program));
		print(`${name}: functions of XS's library`, functionsBeyond(base, program));
	}
	for (const fault of faults) console.error(fault);
	return faults.length ? 1 : 0;
}

await runCommand(usage, { details: "boolean" }, ({ details }) => flash(details === true));
