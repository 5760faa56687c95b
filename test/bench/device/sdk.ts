/// <reference path="./standardwebsocket.d.ts" />

import WebSocket from "WebSocket";
import WebSocketClient from "embedded:network/websocket/client";
import classic from "websocket";
import { type Case, type Role, sendAndReceive } from "./case.js";
import { ClassicSocket } from "./classicsocket.js";
import { MemoryResolver } from "./engines.js";
import { sentSize, textFrame } from "./handshake.js";
import { MemorySocket, Octets, openWindow } from "./memorysocket.js";
import type { Message } from "./messages.js";
import { answerUpgrade, Registry, withNetwork } from "./peer.js";

/** The SDK's `WebSocket` on its `WebSocketClient`, open, over the socket that the registry then has. */
export function openWebSocket(registry: Registry, role: Role): WebSocket {
	const { register } = registry;
	const made: WebSocket[] = [];
	const socket = { io: MemorySocket, register };
	withNetwork({ io: WebSocketClient, dns: { io: MemoryResolver }, socket }, () => {
		made.push(new WebSocket(role === "client" ? "ws://device/" : { attach: new MemorySocket({ register }) }));
	});
	if (role === "client") answerUpgrade(registry);
	else registry.socket.onWritable?.(openWindow);
	return made[0] as WebSocket;
}

/** The same with JSON around it. */
export function webSocketCases(messages: readonly Message[], role: Role): Case[] {
	const registry = new Registry();
	const webSocket = openWebSocket(registry, role);
	const { socket } = registry;
	let received = 0;
	webSocket.onmessage = ({ data }) => {
		const message = JSON.parse(data);
		if (message) received++;
	};
	return messages.flatMap(({ octets, value }) => {
		const frame = frameOf(value, role);
		return sendAndReceive("SDK WebSocket", role, octets, {
			send(count) {
				for (let index = 0; index < count; index++) webSocket.send(JSON.stringify(value));
			},
			sent: () => socket.written / sentSize(octets, role),
			receive(count) {
				for (let index = 0; index < count; index++) socket.receive(frame);
			},
			received: () => received,
		});
	});
}

/** What the typings of the classic `websocket` leave out. */
interface ClassicConnection {
	doMask: boolean;
	state: number;
	callback(message: number, data: string): void;
	write(data: string): void;
}

const ClassicClient = classic.Client as unknown as {
	new (options: { socket: ClassicSocket; host: string }): ClassicConnection;
	readonly receive: number;
};

/** The SDK's classic `websocket`, with JSON around it. Its handshake, which is not measured, is left out. */
export function classicCases(messages: readonly Message[], role: Role): Case[] {
	const socket = new ClassicSocket();
	const connection = new ClassicClient({ socket, host: "device" });
	// Its Server makes connections like this.
	if (role === "server") connection.doMask = false;
	connection.state = 3;
	let received = 0;
	connection.callback = (what, data) => {
		if (what !== ClassicClient.receive) return;
		const message = JSON.parse(data);
		if (message) received++;
	};
	return messages.flatMap(({ octets, value }) => {
		const frame = frameOf(value, role);
		return sendAndReceive("SDK classic websocket", role, octets, {
			send(count) {
				for (let index = 0; index < count; index++) connection.write(JSON.stringify(value));
			},
			sent: () => socket.written / sentSize(octets, role),
			receive(count) {
				for (let index = 0; index < count; index++) socket.receive(frame);
			},
			received: () => received,
		});
	});
}

function frameOf(value: unknown, role: Role): Octets {
	return new Octets(textFrame(ArrayBuffer.fromString(JSON.stringify(value)), role === "server"));
}
