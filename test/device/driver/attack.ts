/** What must hold while a device is under attack: bounded memory, and service for everyone else. */

import { wsConnect } from "../../support/wspeer.js";
import type { Agent } from "./driver.js";
import type { RemoteServer } from "./remote.js";

/** Bytes of chunks, and slots, that memory may grow by under attack: a few buffers, not what the peer sends. */
const mostBytes = 32768;
const mostSlots = 2000;

/** Memory after `attack` may not be much more than before. */
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

/** Another peer is served, whatever a hostile one does. */
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
