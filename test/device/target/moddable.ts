/** The test agent in the simulator of the Moddable SDK, as a target of the tests. */

import { Sdk } from "../../../sim/moddable/sdk.js";
import { ModdableSimulator } from "../../../sim/moddable/simulator.js";
import { askMemory } from "./memory.js";
import { startAgent } from "./ports.js";
import { refuse } from "./refuse.js";
import type { Target } from "./target.js";

/** Bytes of a slot of the XS engine on a computer of 64 bits. */
const slotSize = 32;

/** Names of the environment variables by which `test.ts` tells its processes what it has built and started. */
export const programVariable = "XS_WEB_SOCKET_MODDABLE_PROGRAM";
export const displayVariable = "XS_WEB_SOCKET_MODDABLE_DISPLAY";

/** Starts a simulator with the agent that `npm run test:moddable` has built. */
export async function startModdable(): Promise<Target> {
	const program = process.env[programVariable];
	const display = process.env[displayVariable];
	if (!program || !display)
		throw new Error("The tests run in the Moddable simulator by npm run test:moddable [-- FILE...].");
	const { device, ports } = await startAgent(2, (onTrace) =>
		ModdableSimulator.start({ sdk: new Sdk(), program, display, onTrace }),
	);
	const [memoryPort, port] = ports as [number, number];
	return {
		host: "127.0.0.1",
		port,
		peerHost: "127.0.0.1",
		exited: device.exited,
		configure: refuse,
		memory: () => askMemory("127.0.0.1", memoryPort, slotSize),
		stop: () => device.stop(),
	};
}
