/** A board that runs the test agent, as a target of the tests. */

import { once } from "node:events";
import { connect } from "node:net";
import { askMemory } from "./memory.js";
import { refuse } from "./refuse.js";
import type { Target } from "./target.js";

/** Bytes of a slot of the XS engine on a microcontroller. */
const slotSize = 16;
/** Ports of the agent on boards, as set by its manifest. */
const defaultPort = 8740;

/** Name of the environment variable with the board's address, and its control port unless that is 8740. */
export const addressVariable = "XS_WEB_SOCKET_DEVICE";

/** Connects to the board. The memory port follows the control port. */
export async function startBoard(): Promise<Target> {
	const address = process.env[addressVariable];
	if (!address) throw new Error("The tests run on a board by npm run test:device -- ADDRESS.");
	const [host = "", text] = address.split(":");
	const port = text === undefined ? defaultPort : Number(text);
	const probe = connect({ host, port, timeout: 10_000 });
	probe.once("timeout", () => probe.destroy(new Error("no answer")));
	await once(probe, "connect").catch((error: Error) => {
		throw new Error(`No agent can be reached at ${host}:${port}: ${error.message}`);
	});
	const peerHost = probe.localAddress ?? "127.0.0.1";
	probe.destroy();
	return {
		host,
		port,
		peerHost,
		// The end of a board cannot be detected here: the driver notices that it no longer answers.
		exited: new Promise(() => {}),
		configure: refuse,
		memory: () => askMemory(host, port + 1, slotSize),
		async stop(): Promise<void> {},
	};
}
