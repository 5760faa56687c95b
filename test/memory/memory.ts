/**
 * Memory on the XS engine from npm: `npm run -s memory -- [--json]`. Fails if something exceeds its budget, but
 * not with --json.
 */

import { runCommand } from "../../sim/commandline.js";
import { measureOnNpmEngine } from "./npmengine.js";
import { faults } from "./report.js";
import { table } from "./table.js";

const usage = `Usage: npm run -s memory -- [options]

Measures memory on the XS engine from npm. Fails if something exceeds its budget, but not with --json.

  --json        print the result as JSON
  --help        show this text`;

await runCommand(usage, { json: "boolean" }, async (values) => {
	const found = await measureOnNpmEngine();
	if (values["json"]) {
		console.log(JSON.stringify(found, null, "\t"));
		return 0;
	}
	console.log(table(found));
	const list = faults(found);
	for (const fault of list) console.error(fault);
	return list.length ? 1 : 0;
});
