/**
 * Memory on the XS engine from npm: `npm run -s memory -- [--json]`. Fails if something exceeds its budget, but
 * not with --json. The engine is compiled for 32 bits, if the compiler can do that: then objects have the sizes that
 * they have on a device.
 */

import { runCommand } from "../../sim/commandline.js";
import { buildEngine32, CannotBuild } from "../../sim/xs/build32.js";
import { engineBinary } from "../../sim/xs/engine.js";
import { measureOnNpmEngine } from "./npmengine.js";
import { faults } from "./report.js";
import { table } from "./table.js";

const usage = `Usage: npm run -s memory -- [options]

Measures memory on the XS engine from npm. Fails if something exceeds its budget, but not with --json.
The engine is compiled for 32 bits once. Where the compiler cannot do that, the sizes on a 32-bit device are
estimated on the engine for 64 bits.

  --json        print the result as JSON
  --help        show this text`;

async function chooseEngine(): Promise<string> {
	try {
		return await buildEngine32();
	} catch (error) {
		if (!(error instanceof CannotBuild)) throw error;
		console.error(`${error.message}; the engine for 64 bits is measured instead.`);
		return engineBinary();
	}
}

await runCommand(usage, { json: "boolean" }, async (values) => {
	const found = await measureOnNpmEngine(await chooseEngine());
	if (values["json"]) {
		console.log(JSON.stringify(found, null, "\t"));
		return 0;
	}
	console.log(table(found));
	const list = faults(found);
	for (const fault of list) console.error(fault);
	return list.length ? 1 : 0;
});
