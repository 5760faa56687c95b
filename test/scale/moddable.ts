/**
 * Measures a server with 1 to 32 connections on the engine of the Moddable SDK: `npm run -s scale:moddable --
 * [--json]`.
 */

import { fileURLToPath } from "node:url";
import { runCommand } from "../../sim/commandline.js";
import { Sdk } from "../../sim/moddable/sdk.js";
import { runOnModdable } from "../bench/moddableengine.js";
import { CrowdCollector } from "./crowd.js";
import { table } from "./table.js";

const manifest = fileURLToPath(new URL("./device/manifest.json", import.meta.url));
const usage = `Usage: npm run -s scale:moddable -- [options]

Measures a server with 1 to 32 connections on the engine of the Moddable SDK (MODDABLE).

  --json        print the result as JSON
  --help        show this text`;

await runCommand(usage, { json: "boolean" }, async (values) => {
	const sdk = new Sdk();
	const collector = new CrowdCollector();
	await runOnModdable(sdk, { manifest, name: "scale", kind: "release" }, (line) => collector.take(line));
	const found = { engine: `Moddable SDK ${sdk.version}, ${sdk.platform}`, crowd: await collector.sizes() };
	console.log(values["json"] ? JSON.stringify(found, null, "\t") : table(found));
	return 0;
});
