/** The benchmark on the engine of the Moddable SDK, release build: `npm run -s bench:moddable -- [--json] [--rounds N]`. */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Sdk } from "../../sim/moddable/sdk.js";
import { Collector } from "./collector.js";
import { runOnModdable } from "./moddableengine.js";
import { report, table } from "./report.js";

const { values } = parseArgs({
	options: { json: { type: "boolean" }, rounds: { type: "string", default: "40" } },
});
const manifest = fileURLToPath(new URL("./device/manifest.json", import.meta.url));
try {
	const sdk = new Sdk();
	const collector = new Collector();
	const program = { manifest, name: "bench", kind: "release", config: { rounds: values.rounds } } as const;
	await runOnModdable(sdk, program, (line) => collector.take(line));
	const result = report(`Moddable SDK ${sdk.version}, ${sdk.platform}`, collector.cases, collector.times);
	console.log(values.json ? JSON.stringify(result, null, "\t") : table(result));
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}
