/** `npm run start:moddable`: like `npm start`, in the simulator of the Moddable SDK. */

import { join } from "node:path";
import { integerOption, runCommand } from "../../../sim/commandline.js";
import { buildForSimulator } from "../../../sim/moddable/build.js";
import { type Display, startDisplay } from "../../../sim/moddable/display.js";
import { root, Sdk } from "../../../sim/moddable/sdk.js";
import { ModdableSimulator } from "../../../sim/moddable/simulator.js";
import type { Simulate } from "../../../sim/rundevice.js";
import { Demonstration } from "./demonstration.js";

const usage = `Usage: npm run start:moddable [-- options]

Builds hosts/demo with the Moddable SDK (MODDABLE) and runs it in the SDK's simulator. Its server has a
page, http://localhost:8080/, and answers every message; its client sends readings to a peer in Node.js. Ctrl-C ends it.

  --port N      port of the device's server, 0 for a free one (default 8080)
  --seconds N   end after N seconds
  --help        show this text`;

await runCommand(usage, { port: "string", seconds: "string" }, async (values) => {
	const port = integerOption(values, "port", 8080, 0, 65535);
	const seconds = integerOption(values, "seconds", 0, 1, 1_000_000);
	const sdk = new Sdk();
	let display: Display | undefined;
	const simulate: Simulate = async ({ config, onTrace }) => {
		const { program } = await buildForSimulator(sdk, {
			manifest: join(root, "hosts/demo/manifest.json"),
			config: config as Record<string, string | number>,
		});
		display = await startDisplay();
		return ModdableSimulator.start({ sdk, program, display: display.name, onTrace });
	};
	try {
		return await Demonstration.run(port, seconds, false, simulate);
	} finally {
		await display?.stop();
	}
});
