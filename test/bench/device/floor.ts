import { type Case, sendAndReceive } from "./case.js";
import { MemorySocket, Octets } from "./memorysocket.js";
import type { Message } from "./messages.js";

/** What no library can go below: JSON, UTF-8 and the socket with its callback, and not a single function around them. */
export function floorCases({ octets, value }: Message): Case[] {
	let received = 0;
	const socket = new MemorySocket({
		onReadable(count) {
			const message = JSON.parse(String.fromArrayBuffer(this.read(count) as ArrayBuffer));
			if (message) received++;
		},
	});
	const payload = new Octets(ArrayBuffer.fromString(JSON.stringify(value)));
	return sendAndReceive("floor", "", octets, {
		send(count) {
			for (let index = 0; index < count; index++) socket.write(ArrayBuffer.fromString(JSON.stringify(value)));
		},
		sent: () => socket.written / octets,
		receive(count) {
			for (let index = 0; index < count; index++) socket.receive(payload);
		},
		received: () => received,
	});
}
