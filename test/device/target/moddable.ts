/** The test agent in the simulator of the Moddable SDK, as a target of the tests. */

import { Sdk } from "../../../sim/moddable/sdk.js";
import { ModdableSimulator } from "../../../sim/moddable/simulator.js";
import { askMemory } from "./memory.js";
import { startAgent } from "./ports.js";
import { refuse } from "./refuse.js";
import type { Target } from "./target.js";

/** Size of an XS slot on a 64-bit computer, in bytes. */
const slotSize = 32;

/** Environment variables with the program that run.ts has built and the display that it has started. */
export const programVariable = "XS_WEB_SOCKET_MODDABLE_PROGRAM";
export const displayVariable = "XS_WEB_SOCKET_MODDABLE_DISPLAY";

/** Starts a simulator with the agent built by `npm run test:moddable`. */
export async function startModdable(): Promise<Target> {
	const program = process.env[programVariable];
	const display = process.env[displayVariable];
	if (!program || !display)
		throw new Error("To run the tests in the Moddable simulator, use npm run test:moddable [-- FILE...].");
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
