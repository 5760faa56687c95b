/** The benchmark on the engine of the Moddable SDK, release build: `npm run -s bench:moddable -- [--json] [--rounds N]`. */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildForSimulator } from "../../sim/moddable/build.js";
import { startDisplay } from "../../sim/moddable/display.js";
import { Sdk } from "../../sim/moddable/sdk.js";
import { ModdableSimulator } from "../../sim/moddable/simulator.js";
import { Collector } from "./collector.js";
import { report, table } from "./report.js";

const manifest = fileURLToPath(new URL("./device/manifest.json", import.meta.url));

/** Builds and runs the benchmark. @throws Error with a sentence if that cannot be done */
async function run(sdk: Sdk, rounds: string): Promise<Collector> {
	const { program } = await buildForSimulator(sdk, {
		manifest,
		name: "bench",
		kind: "release",
		config: { rounds },
	});
	const display = await startDisplay();
	try {
		const collector = new Collector();
		const onTrace = (line: string) => collector.take(line);
		const device = await ModdableSimulator.start({ sdk, program, display: display.name, onTrace });
		await Promise.race([
			collector.done,
			device.exited.then(({ reason }): never => {
				throw new Error(`The benchmark did not come to its end: ${reason}`);
			}),
		]);
		await device.stop();
		return collector;
	} finally {
		await display.stop();
	}
}

const { values } = parseArgs({
	options: { json: { type: "boolean" }, rounds: { type: "string", default: "40" } },
});
try {
	const sdk = new Sdk();
	const { cases, times } = await run(sdk, values.rounds);
	const result = report(`Moddable SDK ${sdk.version}, ${sdk.platform}`, cases, times);
	console.log(values.json ? JSON.stringify(result, null, "\t") : table(result));
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}
