/** The benchmark on the engine of the Moddable SDK, release build: `npm run -s bench:moddable -- [options]`. */

import { fileURLToPath } from "node:url";
import { integerOption, runCommand } from "../../sim/commandline.js";
import { Sdk } from "../../sim/moddable/sdk.js";
import { Collector } from "./collector.js";
import { runOnModdable } from "./moddableengine.js";
import { report, table } from "./report.js";

const usage = `Usage: npm run -s bench:moddable -- [options]

Measures the time per message on the engine of the Moddable SDK (MODDABLE).

  --rounds N    number of measurements of each case (default 40)
  --only RE     only the floor and the cases whose subject and work this regular expression matches
  --json        print the result as JSON
  --help        show this text`;
const manifest = fileURLToPath(new URL("./device/manifest.json", import.meta.url));
await runCommand(usage, { rounds: "string", only: "string", json: "boolean" }, async (values) => {
	const rounds = String(integerOption(values, "rounds", 40, 1, 1e6));
	const only = typeof values["only"] === "string" ? `^floor|${values["only"]}` : "";
	const sdk = new Sdk();
	const collector = new Collector();
	const program = { manifest, name: "bench", kind: "release", config: { rounds, only } } as const;
	await runOnModdable(sdk, program, (line) => collector.take(line));
	const result = report(`Moddable SDK ${sdk.version}, ${sdk.platform}`, collector.cases, collector.times);
	console.log(values["json"] ? JSON.stringify(result, null, "\t") : table(result));
	return 0;
});
