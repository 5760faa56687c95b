/**
 * Memory on the XS engine from npm: `npm run -s memory -- [--json]`. Fails when something is over its budget; with
 * --json it only tells.
 */

import { parseArgs } from "node:util";
import { measureOnNpmEngine } from "./npmengine.js";
import { faults } from "./report.js";
import { table } from "./table.js";

const { values } = parseArgs({ options: { json: { type: "boolean" } } });
const found = await measureOnNpmEngine();
if (values.json) console.log(JSON.stringify(found, null, "\t"));
else {
	console.log(table(found));
	const list = faults(found);
	for (const fault of list) console.error(fault);
	if (list.length) process.exitCode = 1;
}
