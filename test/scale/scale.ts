/**
 * Measures a server with 1 to 32 connections on the XS engine from npm: `npm run -s scale -- [--json]`. Over
 * sockets in memory: the cost of a message and of a connection. Over real sockets: round trips with `ws` peers,
 * compared with TCP alone, which shows the simulator's own overhead, and with a server of Node.js's `ws`; large and
 * fragmented messages, compared with the latter.
 */

import { fileURLToPath } from "node:url";
import { integerOption, runCommand } from "../../sim/commandline.js";
import { Simulator } from "../../sim/xs/simulator.js";
import { aliases } from "../bench/npmengine.js";
import { CrowdCollector, type CrowdSize } from "./crowd.js";
import { sizes } from "./device/sizes.js";
import { measureLarge } from "./large.js";
import { measureRoundTrips } from "./roundtrips.js";
import { table } from "./table.js";

const program = fileURLToPath(new URL("./device/main.ts", import.meta.url));

async function measureCrowd(): Promise<CrowdSize[]> {
	const collector = new CrowdCollector();
	const device = await Simulator.start({
		program,
		aliases,
		hangTimeout: 60000,
		onTrace: (line, machine) => collector.take(line, machine),
	});
	const ended = device.exited.then(({ reason }): never => {
		throw new Error(`The measurement ended too early: ${reason}`);
	});
	await Promise.race([collector.done, ended]);
	const found = await collector.sizes();
	await Promise.all([device.stop(), ended.catch(() => {})]);
	return found;
}

const usage = `Usage: npm run -s scale -- [options]

Measures a server with 1 to 32 connections on the XS engine from npm, in comparison with TCP alone and with Node.js's
ws, and the echo of large and fragmented messages.

  --count N     number of round trips for each number of connections (default 2000)
  --json        print the result as JSON
  --help        show this text`;

await runCommand(usage, { count: "string", json: "boolean" }, async (values) => {
	const count = integerOption(values, "count", 2000, 1, 1e9);
	const found = {
		engine: "XS 13 (npm)",
		crowd: await measureCrowd(),
		roundTrips: await measureRoundTrips("webSocket", sizes, count),
		tcpRoundTrips: await measureRoundTrips("tcp", sizes, count),
		wsRoundTrips: await measureRoundTrips("ws", sizes, count),
		large: await measureLarge(),
	};
	console.log(values["json"] ? JSON.stringify(found, null, "\t") : table(found));
	return 0;
});
