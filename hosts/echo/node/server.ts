/** `npm run -s echo:server`: a device Server on the XS engine that echoes, for third-party test suites. */

import { integerOption, runCommand } from "../../../sim/commandline.js";
import { startDevice } from "../../../sim/rundevice.js";
import { echoNetwork, maxMessageOption, maxMessageUsage } from "./network.js";

const usage = `Usage: npm run -s echo:server -- [options]

Runs a WebSocket server on the simulated device that echoes every message with the same opcode. Ctrl-C ends it.

  --port N          port to listen on, 0 for a free one (default 9001)
${maxMessageUsage}
  --help            show this text`;

await runCommand(usage, { port: "string", "max-message": "string" }, async (values) => {
	const port = integerOption(values, "port", 9001, 0, 65535);
	const maxMessage = maxMessageOption(values);
	const { ended } = await startDevice("hosts/echo/server.ts", {
		config: { port, maxMessage },
		...echoNetwork(maxMessage),
		onTrace(line, device) {
			const [word, ...rest] = line.split(" ");
			if (word === "listening") console.log(`echo server ready on ws://127.0.0.1:${rest}`);
			else if (word === "failed") {
				console.error(
					`Port ${port} is not available, probably because another program listens on it. Choose another port with --port. (Device: ${rest.join(" ")}.)`,
				);
				device.end(1);
			} else console.error(line);
		},
	});
	return ended;
});
