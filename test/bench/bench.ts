/** The benchmark on the XS engine from npm: `npm run -s bench -- [--json] [--rounds N]`. */

import { integerOption, runCommand } from "../../sim/commandline.js";
import { countOnNpmEngine, runOnNpmEngine } from "./npmengine.js";
import { report, table } from "./report.js";

const usage = `Usage: npm run -s bench -- [options]

Measures the time per message on the XS engine from npm.

  --rounds N    number of measurements of each case (default 20)
  --json        print the result as JSON
  --help        show this text`;

await runCommand(usage, { rounds: "string", json: "boolean" }, async (values) => {
	const timed = await runOnNpmEngine({ rounds: integerOption(values, "rounds", 20, 1, 1e6) });
	const { expenses } = await countOnNpmEngine();
	const result = report("XS 13 (npm)", timed.cases, timed.times, expenses);
	console.log(values["json"] ? JSON.stringify(result, null, "\t") : table(result));
	return 0;
});
