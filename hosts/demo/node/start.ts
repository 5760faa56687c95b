/** `npm start`: runs the simulated device and its peer. */

import { integerOption, runCommand } from "../../../sim/commandline.js";
import { Demonstration } from "./demonstration.js";

const usage = `Usage: npm start [-- options]

Runs hosts/demo/main.ts on the simulated device. Its server has a page, http://localhost:8080/, and answers every
message; its client sends readings to a peer in Node.js. Ctrl-C ends it.

  --port N      port of the device's server, 0 for a free one (default 8080)
  --seconds N   end after N seconds
  --tls         connect to the peer with TLS (wss:), with certificates made for this run
  --help        show this text`;

await runCommand(usage, { port: "string", seconds: "string", tls: "boolean" }, (values) =>
	Demonstration.run(
		integerOption(values, "port", 8080, 0, 65535),
		integerOption(values, "seconds", 0, 1, 1_000_000),
		values.tls,
	),
);
