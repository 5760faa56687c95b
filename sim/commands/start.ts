/** `npm start`: the simulated device and its peer at work, on the terminal. */

import { Peer } from "../demo/peer.js";
import { Screen } from "../demo/screen.js";
import { visit } from "../demo/visitor.js";
import { integerOption, runCommand } from "./commandline.js";
import { startDevice } from "./device.js";

const usage = `Usage: npm start [-- options]

Runs hosts/simulator/main.ts on the simulated device: its client sends readings to a peer in Node.js, its server
answers everybody. Ctrl-C ends it.

  --port N      port of the device's server, 0 for a free one (default 8080)
  --seconds N   end after so many seconds
  --help        show this text`;

/** Milliseconds that the device may take to end in good order. */
const patience = 3000;
/** Milliseconds after which the first visitor comes. */
const visitAfter = 1500;

await runCommand(usage, { port: "string", seconds: "string" }, async (values) => {
	const port = integerOption(values, "port", 8080, 0, 65535);
	const seconds = integerOption(values, "seconds", 0, 1, 1_000_000);
	const screen = new Screen();
	const peer = await Peer.start(screen);
	const timers: NodeJS.Timeout[] = [];
	const later = (milliseconds: number, action: () => void) => timers.push(setTimeout(action, milliseconds));
	/** The last counts that the device has told, and what its server has done. */
	let counts = "none";
	let visitors = 0;

	const device = await startDevice("hosts/simulator/main.ts", {
		config: { peerHost: "localhost", peerPort: peer.port, port },
		onSignal: (running) => stop(running.end),
		onTrace(line, running) {
			const [part, verb, ...rest] = line.split(" ");
			const what = rest.join(" ");
			if (part === "server" && verb === "fails:") {
				console.error(
					`Port ${port} cannot be had, probably because another program listens on it: choose another one, as in npm start -- --port ${port === 8081 ? 8082 : 8081}. (The device says: ${what}.)`,
				);
				return running.end(1);
			}
			screen.say("device", line);
			if (part === "server" && verb === "listens") welcome(Number(rest[1]));
			if (part === "server" && verb === "opens") visitors++;
			if (part === "client" && verb === "counts") counts = what;
			if (line === "server closes") running.end();
		},
	});
	if (seconds) later(seconds * 1000, () => stop(device.end));

	function welcome(bound: number): void {
		screen.invite(bound);
		later(visitAfter, () => visit(bound, screen));
	}

	let stopping = false;
	/** Has the device end in good order, or just end if it cannot be asked or takes too long. */
	function stop(end: () => void): void {
		// Ctrl-C comes twice: from the terminal and from npm.
		if (stopping) return;
		stopping = true;
		if (peer.stopDevice()) later(patience, end);
		else end();
	}

	process.stdout.on("error", () => stop(device.end));
	const status = await device.ended;
	for (const timer of timers) clearTimeout(timer);
	peer.close();
	if (status === 0)
		screen.line(`
After ${screen.seconds} seconds
  device's client  ${counts}
  device's server  ${visitors} ${visitors === 1 ? "visitor" : "visitors"}
  peer             received ${peer.received}, sent ${peer.sent}`);
	return status;
});
