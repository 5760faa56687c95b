/** `npm start`: the simulated device and its peer at work, on the terminal. */

import { integerOption, runCommand } from "../../../sim/commandline.js";
import { Demonstration } from "./demonstration.js";

const usage = `Usage: npm start [-- options]

Runs hosts/demo/main.ts on the simulated device: its client sends readings to a peer in Node.js, its server
answers everybody. Ctrl-C ends it.

  --port N      port of the device's server, 0 for a free one (default 8080)
  --seconds N   end after so many seconds
  --help        show this text`;

await runCommand(usage, { port: "string", seconds: "string" }, (values) =>
	Demonstration.run(
		integerOption(values, "port", 8080, 0, 65535),
		integerOption(values, "seconds", 0, 1, 1_000_000),
	),
);
