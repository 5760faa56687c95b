/** Memory on the engine of the Moddable SDK, and the size of the bytecode: `npm run -s memory:moddable -- [--json]`. */

import { fileURLToPath } from "node:url";
import { runCommand } from "../../sim/commandline.js";
import { Sdk } from "../../sim/moddable/sdk.js";
import { Collector } from "../bench/collector.js";
import { runOnModdable } from "../bench/moddableengine.js";
import { measureBytecode } from "./bytecode.js";
import { type MemoryReport, type Reading, report } from "./report.js";
import { table } from "./table.js";

const manifest = fileURLToPath(new URL("./device/manifest.json", import.meta.url));
/** Number of messages per turn: their garbage must fit into the heap without a collection. */
const messages = 10;
/** Bytes per slot: the simulator has 64 bits. */
const slotSize = 32;

async function measure(sdk: Sdk): Promise<MemoryReport> {
	const readings: Reading[] = [];
	const collector = new Collector();
	await runOnModdable(sdk, { manifest, name: "memory", kind: "instrument" }, (line) => {
		const [, name, memory] = /^step (.*) (\{.*)$/.exec(line) ?? [];
		if (name && memory) readings.push({ name, ...JSON.parse(memory) });
		else collector.take(line);
	});
	const engine = `Moddable SDK ${sdk.version}, ${sdk.platform}`;
	return report(engine, slotSize, readings, collector.cases, collector.expenses(messages));
}

const usage = `Usage: npm run -s memory:moddable -- [options]

Measures memory on the engine of the Moddable SDK (MODDABLE), and the size of the bytecode.

  --json        print the result as JSON
  --help        show this text`;

await runCommand(usage, { json: "boolean" }, async (values) => {
	const sdk = new Sdk();
	const found = { ...(await measure(sdk)), bytecode: await measureBytecode(sdk) };
	console.log(values["json"] ? JSON.stringify(found, null, "\t") : table(found));
	return 0;
});
