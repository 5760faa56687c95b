/** Asks the agent how much memory is in use on its device. */

import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { NotOnThisTarget } from "./target.js";

/**
 * What is in use after a garbage collection: slots, and bytes of chunks.
 * @param slotSize bytes of a slot on the device
 * @throws NotOnThisTarget where the agent was built without instrumentation
 */
export async function askMemory(
	host: string,
	port: number,
	slotSize: number,
): Promise<{ slots: number; chunks: number }> {
	const socket = connect({ host, port });
	socket.on("data", () => socket.end());
	const [slots = 0, chunks = 0] = (await text(socket)).trim().split(" ").map(Number);
	if (!slots)
		throw new NotOnThisTarget("this build of the agent has no instrumentation to measure memory with");
	return { slots: slots / slotSize, chunks };
}
