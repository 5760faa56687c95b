/** `npm run flash`: the flash that examples/sensor takes in addition to sockets alone. */

import { readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { runCommand } from "../../sim/commandline.js";
import { run } from "../../sim/moddable/build.js";
import { bytecodeOf } from "../../sim/moddable/bytecode.js";
import { linkForEsp32 } from "../../sim/moddable/esp32.js";
import { buildFolder, root, Sdk } from "../../sim/moddable/sdk.js";
import { imageParts } from "./image.js";
import { Linker, missingCompiler, sourcesOf } from "./link.js";
import type { Program } from "./parts.js";
import { type Budget, excesses, expenseOf, type FlashReport, textOf } from "./report.js";

const usage = `Usage: npm run -s flash -- [options]

Builds for ESP32 with the Moddable SDK (MODDABLE): examples/sensor, the same app on the npm package and with the modules
of Server, an app on the SDK's WebSocket, and one that only uses sockets. Links them for a Cortex-M0+ with arm-none-eabi-gcc, and prints what
they take in flash beyond sockets alone. Needs no ESP-IDF and no board. Exits with 1 when a program exceeds
test/flash/budget.json. Without the compiler only the ROM image is measured.

  --details     print the bytecode of each module and the parts of XS's library, too
  --json        print the result as JSON
  --help        show this text`;

const folder = join(root, "test/flash");
const output = join(buildFolder, "flash");
const baseline = "sockets";
/** Manifests by program. */
const programs: Readonly<Record<string, string>> = {
	[baseline]: join(folder, "apps/sockets/manifest.json"),
	sdk: join(folder, "apps/sdk/manifest.json"),
	sensor: join(root, "examples/sensor/manifest.json"),
	npm: join(folder, "apps/npm/manifest.json"),
	full: join(folder, "apps/full/manifest.json"),
};

async function measure(sdk: Sdk, linker: Linker | undefined): Promise<Program[]> {
	// The SDK's linker keeps the names of modules that a program had before.
	rmSync(join(output, "tmp"), { recursive: true, force: true });
	// The contents of the npm package, which one of the programs includes.
	await run(process.execPath, ["--import", "tsx", join(root, "packaging/build.ts")], process.env, root);
	const measured: Program[] = [];
	let common: readonly string[] | undefined;
	for (const [name, manifest] of Object.entries(programs)) {
		const image = await linkForEsp32(sdk, { manifest, name, output });
		if (image.warnings.length) throw new Error(`Linker warnings in ${name}:\n${image.warnings.join("\n")}`);
		const sources = sourcesOf(readFileSync(join(image.folder, "makefile"), "utf8"));
		// C that every program has belongs to the platform, and needs its headers.
		common ??= sources;
		const added = sources.filter((source) => !common?.includes(source));
		measured.push({
			name,
			image: imageParts(readFileSync(join(image.folder, "mc.xs.c"), "utf8")),
			bytecode: bytecodeOf(image.folder, ""),
			own: added.filter((source) => source.startsWith(root)).map((source) => basename(source, ".c")),
			sections: await linker?.link(name, image.folder, added),
		});
	}
	return measured;
}

await runCommand(usage, { details: "boolean", json: "boolean" }, async (values) => {
	const sdk = new Sdk();
	const missing = await missingCompiler(sdk.environment);
	if (missing) console.error(`Only the ROM image is measured: ${missing}.`);
	const linker = missing ? undefined : new Linker(sdk, join(output, "arm"));
	const [base, ...others] = await measure(sdk, linker);
	if (!base) throw new Error("There is no program to compare with.");
	const target = missing ? "ROM image only" : "Cortex-M0+";
	const report: FlashReport = {
		engine: `Moddable SDK ${sdk.version}, ${target}`,
		baseline,
		expenses: others.map((program) => expenseOf(base, program)),
	};
	console.log(values.json ? JSON.stringify(report, null, "\t") : textOf(report, values.details === true));
	const budgets = JSON.parse(readFileSync(join(folder, "budget.json"), "utf8")) as Record<string, Budget>;
	const faults = excesses(report, budgets);
	for (const fault of faults) console.error(fault);
	return faults.length ? 1 : 0;
});
