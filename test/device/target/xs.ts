/** The test agent on the XS engine from npm, as a target of the tests. */

import { fileURLToPath } from "node:url";
import { Simulator } from "../../../sim/xs/simulator.js";
import { startAgent } from "./ports.js";
import type { Target } from "./target.js";

/** Starts a simulator with the agent. */
export async function startXs(): Promise<Target> {
	const { device, ports } = await startAgent(1, (onTrace) =>
		Simulator.start({
			program: fileURLToPath(new URL("../agent/main.ts", import.meta.url)),
			onTrace,
		}),
	);
	return {
		host: "127.0.0.1",
		port: ports[0] as number,
		peerHost: "127.0.0.1",
		exited: device.exited,
		configure: async (windows) => device.configure(windows),
		memory: () => device.memory(),
		stop: () => device.stop(),
	};
}
