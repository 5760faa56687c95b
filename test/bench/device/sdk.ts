/// <reference path="./standardwebsocket.d.ts" />

import WebSocket from "WebSocket";
import WebSocketClient from "embedded:network/websocket/client";
import classic from "websocket";
import { type Case, type Role, sendAndReceive } from "./case.js";
import { ClassicSocket } from "./classicsocket.js";
import { MemoryResolver } from "./engines.js";
import { sentSize, textFrame } from "./handshake.js";
import { Bytes, MemorySocket, openWindow } from "./memorysocket.js";
import type { Message } from "./messages.js";
import { answerUpgrade, Registry, withNetwork } from "./peer.js";

/** Opens the SDK's `WebSocket` on its `WebSocketClient`, over a new socket of the registry. */
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

/** Cases of the SDK's `WebSocket` with JSON messages. */
export function webSocketCases(messages: readonly Message[], role: Role): Case[] {
	const registry = new Registry();
	const webSocket = openWebSocket(registry, role);
	const { socket } = registry;
	let received = 0;
	webSocket.onmessage = ({ data }) => {
		const message = JSON.parse(data);
		if (message) received++;
	};
	return messages.flatMap(({ bytes, value }) => {
		const frame = frameOf(value, role);
		return sendAndReceive("SDK WebSocket", role, bytes, {
			send(count) {
				for (let index = 0; index < count; index++) webSocket.send(JSON.stringify(value));
			},
			sent: () => socket.written / sentSize(bytes, role),
			receive(count) {
				for (let index = 0; index < count; index++) socket.receive(frame);
			},
			received: () => received,
		});
	});
}

/** Members that the typings of the classic `websocket` lack. */
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

/** Cases of the SDK's classic `websocket` with JSON messages, without its handshake, which is not measured. */
export function classicCases(messages: readonly Message[], role: Role): Case[] {
	const socket = new ClassicSocket();
	const connection = new ClassicClient({ socket, host: "device" });
	// This is how its Server sets up connections.
	if (role === "server") connection.doMask = false;
	connection.state = 3;
	let received = 0;
	connection.callback = (what, data) => {
		if (what !== ClassicClient.receive) return;
		const message = JSON.parse(data);
		if (message) received++;
	};
	return messages.flatMap(({ bytes, value }) => {
		const frame = frameOf(value, role);
		return sendAndReceive("SDK classic websocket", role, bytes, {
			send(count) {
				for (let index = 0; index < count; index++) connection.write(JSON.stringify(value));
			},
			sent: () => socket.written / sentSize(bytes, role),
			receive(count) {
				for (let index = 0; index < count; index++) socket.receive(frame);
			},
			received: () => received,
		});
	});
}

function frameOf(value: unknown, role: Role): Bytes {
	return new Bytes(textFrame(ArrayBuffer.fromString(JSON.stringify(value)), role === "server"));
}
