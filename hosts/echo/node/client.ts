/**
 * `npm run -s echo:client`: a device Client on the XS engine that echoes, for test suites that work like
 * Autobahn's.
 */

import { runCommand } from "../../../sim/commandline.js";
import { startDevice } from "../../../sim/rundevice.js";
import { echoNetwork, maxMessageOption, maxMessageUsage } from "./network.js";

const usage = `Usage: npm run -s echo:client -- --url ws://HOST:PORT [options]

Runs a WebSocket client on the simulated device. It requests the number of cases from a test suite's server at
/getCaseCount, opens /runCase?case=I&agent=NAME for each case and echoes every message with the same opcode, and
opens /updateReports?agent=NAME at the end.

  --url URL         server of the test suite (default ws://127.0.0.1:9001)
  --agent NAME      agent name in the reports (default xs-web-socket)
  --next            open /runNext?agent=NAME repeatedly, until refused or answered with 404
${maxMessageUsage}
  --help            show this text`;

/** Converts a URL to the configuration of the device program. */
function readURL(text: string): { host: string; port: number; path: string } {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url?.protocol !== "ws:" || url.search || url.hash)
		throw new Error(`--url is ${text}: it must be like ws://127.0.0.1:9001.`);
	return { host: url.hostname, port: Number(url.port || 80), path: url.pathname.replace(/\/$/, "") };
}

const options = { url: "string", agent: "string", "max-message": "string", next: "boolean" } as const;
await runCommand(usage, options, async (values) => {
	const { url = "ws://127.0.0.1:9001", agent = "xs-web-socket", next = false } = values;
	const maxMessage = maxMessageOption(values);
	const { ended } = await startDevice("hosts/echo/client.ts", {
		config: { ...readURL(String(url)), agent, next, maxMessage },
		...echoNetwork(maxMessage),
		onTrace(line, device) {
			const [word, ...rest] = line.split(" ");
			if (word === "ready")
				console.log(`echo client ready: ${rest[0] ? `${rest[0]} cases of` : "requesting cases from"} ${url}`);
			else if (word === "done") {
				console.log(`${rest[0]} cases done`);
				device.end();
			} else if (word === "failed") {
				console.error(`The echo client failed: ${rest.join(" ")}`);
				device.end(1);
			} else console.error(line);
		},
	});
	return ended;
});
