/** Reads the memory in use on a device from its agent. */

import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { NotOnThisTarget } from "./target.js";

/**
 * Returns the memory in use after a garbage collection: slots, and bytes of chunks.
 * @param slotSize Size of a slot on the device, in bytes.
 * @throws NotOnThisTarget when the agent was built without instrumentation.
 */
export async function askMemory(
	host: string,
	port: number,
	slotSize: number,
): Promise<{ slots: number; chunks: number }> {
	const socket = connect({ host, port });
	socket.on("data", () => socket.end());
	const [slots = 0, chunks = 0] = (await text(socket)).trim().split(" ").map(Number);
	if (!slots) throw new NotOnThisTarget("this build of the agent has no instrumentation to measure memory");
	return { slots: slots / slotSize, chunks };
}
