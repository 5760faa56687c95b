/** Checks for a device under attack: bounded memory, and service for other peers. */

import { wsConnect } from "../../support/wspeer.js";
import type { Agent } from "./driver.js";
import type { RemoteServer } from "./remote.js";

/** Allowed growth under attack, in bytes of chunks and in slots: a few buffers, not the peer's data. */
const mostBytes = 32768;
const mostSlots = 2000;

/** Checks that `attack` does not increase the memory in use beyond the allowed growth. */
export async function boundedMemory(
	t: { true(value: boolean, message?: string): void },
	agent: Agent,
	attack: () => Promise<void>,
): Promise<void> {
	const before = await agent.memory();
	await attack();
	const after = await agent.memory();
	t.true(after.chunks - before.chunks < mostBytes, `chunks: ${before.chunks} before, ${after.chunks} after`);
	t.true(after.slots - before.slots < mostSlots, `slots: ${before.slots} before, ${after.slots} after`);
}

/** Checks that another peer is served. */
export async function servesOthers(agent: Agent, listening: RemoteServer): Promise<void> {
	const peer = await wsConnect(agent.host, (await listening.get("port")) as number);
	const socket = await listening.connection();
	peer.send('"me too"');
	await socket.next("message");
	await socket.send("you too");
	await peer.message();
	peer.socket.terminate();
	await socket.next("close");
}
