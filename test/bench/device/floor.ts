import { type Case, sendAndReceive } from "./case.js";
import { Bytes, MemorySocket } from "./memorysocket.js";
import type { Message } from "./messages.js";

/** The floor: JSON, UTF-8, and the socket with its callback, without any further function. */
export function floorCases({ bytes, value }: Message): Case[] {
	let received = 0;
	const socket = new MemorySocket({
		onReadable(count) {
			const message = JSON.parse(String.fromArrayBuffer(this.read(count) as ArrayBuffer));
			if (message) received++;
		},
	});
	const payload = new Bytes(ArrayBuffer.fromString(JSON.stringify(value)));
	return sendAndReceive("floor", "", bytes, {
		send(count) {
			for (let index = 0; index < count; index++) socket.write(ArrayBuffer.fromString(JSON.stringify(value)));
		},
		sent: () => socket.written / bytes,
		receive(count) {
			for (let index = 0; index < count; index++) socket.receive(payload);
		},
		received: () => received,
	});
}
