/** The benchmark on the XS engine from npm: `npm run -s bench -- [--json] [--rounds N]`. */

import { parseArgs } from "node:util";
import { countOnNpmEngine, runOnNpmEngine } from "./npmengine.js";
import { report, table } from "./report.js";

const { values } = parseArgs({
	options: { json: { type: "boolean" }, rounds: { type: "string", default: "20" } },
});
const timed = await runOnNpmEngine({ rounds: Number(values.rounds) });
const { expenses } = await countOnNpmEngine();
const result = report("XS 13 (npm)", timed.cases, timed.times, expenses);
console.log(values.json ? JSON.stringify(result, null, "\t") : table(result));
