/**
 * Memory on the XS engine from npm: `npm run -s memory -- [--json]`. With --check it fails when a budget is exceeded.
 */

import { parseArgs } from "node:util";
import { measureOnNpmEngine } from "./npmengine.js";
import { faults } from "./report.js";
import { table } from "./table.js";

const { values } = parseArgs({ options: { json: { type: "boolean" }, check: { type: "boolean" } } });
const found = await measureOnNpmEngine();
console.log(values.json ? JSON.stringify(found, null, "\t") : table(found));
if (values.check) {
	const list = faults(found);
	for (const fault of list) console.error(fault);
	if (list.length) process.exitCode = 1;
}
