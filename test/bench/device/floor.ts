import { type Case, sendAndReceive } from "./case.js";
import { MemorySocket, Octets } from "./memorysocket.js";
import type { Message } from "./messages.js";

/** What no library can go below: JSON, UTF-8 and the socket, and not a single function around them. */
export function floorCases({ octets, value }: Message): Case[] {
	const socket = new MemorySocket({});
	const payload = new Octets(ArrayBuffer.fromString(JSON.stringify(value)));
	let received = 0;
	return sendAndReceive("floor", "", octets, {
		send(count) {
			for (let index = 0; index < count; index++) socket.write(ArrayBuffer.fromString(JSON.stringify(value)));
		},
		sent: () => socket.written / octets,
		receive(count) {
			for (let index = 0; index < count; index++) {
				socket.load(payload);
				const message = JSON.parse(String.fromArrayBuffer(socket.read(octets) as ArrayBuffer));
				if (message) received++;
			}
		},
		received: () => received,
	});
}
