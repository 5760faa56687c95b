/** The test agent on the XS engine from npm, as a target of the tests. */

import { fileURLToPath } from "node:url";
import { Simulator } from "../../../sim/xs/simulator.js";
import type { Target } from "./target.js";

/** Starts a simulator with the agent. */
export async function startXs(): Promise<Target> {
	let started: (port: number) => void;
	const listening = new Promise<number>((resolve) => {
		started = resolve;
	});
	const device = await Simulator.start({
		program: fileURLToPath(new URL("../agent/main.ts", import.meta.url)),
		onTrace(line) {
			const port = /^agent listens on port (\d+)/.exec(line)?.[1];
			if (port) started(Number(port));
		},
	});
	const exited = device.exited;
	const port = await Promise.race([
		listening,
		exited.then(({ reason }): never => {
			throw new Error(`the device ended before the agent listened: ${reason}`);
		}),
	]);
	return {
		host: "127.0.0.1",
		port,
		peerHost: "127.0.0.1",
		exited,
		configure: async (windows) => device.configure(windows),
		memory: () => device.memory(),
		stop: () => device.stop(),
	};
}
