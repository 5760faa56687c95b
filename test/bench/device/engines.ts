import { type Case, type Role, sendAndReceive } from "./case.js";
import { sentSize, textFrame } from "./handshake.js";
import { Bytes, MemorySocket, openWindow } from "./memorysocket.js";
import type { Message } from "./messages.js";
import { answerUpgrade, Registry } from "./peer.js";

/** As much of an ECMA-419 WebSocket Client as is used here. */
interface Engine {
	read(): ArrayBuffer | string | undefined;
	write(bytes: ArrayBuffer, options: object): number;
}

export type EngineConstructor = new (options: object) => Engine;

/** Resolves every name at once. */
export class MemoryResolver {
	resolve({ host, onResolved }: { host: string; onResolved(host: string, address: string): void }): void {
		onResolved(host, "127.0.0.1");
	}
}

/** A class of the ECMA-419 pattern by itself, with JSON around: how much of the time is spent below the accessor. */
export function engineCases(
	subject: string,
	EngineClass: EngineConstructor,
	messages: readonly Message[],
	role: Role,
): Case[] {
	const registry = new Registry();
	const { register } = registry;
	let received = 0;
	const options = {
		text: "string",
		onReadable(this: Engine): void {
			const data = this.read() as ArrayBuffer | string;
			const message = JSON.parse(typeof data === "string" ? data : String.fromArrayBuffer(data));
			if (message) received++;
		},
		onWritable(): void {},
	};
	const way =
		role === "client"
			? { host: "localhost", dns: { io: MemoryResolver }, socket: { io: MemorySocket, register } }
			: { attach: new MemorySocket({ register }) };
	const engine = new EngineClass({ ...options, ...way });
	const { socket } = registry;
	if (role === "client") answerUpgrade(registry);
	else socket.onWritable?.(openWindow);
	const text = Object.freeze({ binary: false, transfer: true });
	return messages.flatMap(({ bytes, value }) => {
		const frame = new Bytes(textFrame(ArrayBuffer.fromString(JSON.stringify(value)), role === "server"));
		return sendAndReceive(subject, role, bytes, {
			send(count) {
				for (let index = 0; index < count; index++)
					engine.write(ArrayBuffer.fromString(JSON.stringify(value)), text);
			},
			sent: () => socket.written / sentSize(bytes, role),
			receive(count) {
				for (let index = 0; index < count; index++) socket.receive(frame);
			},
			received: () => received,
		});
	});
}
