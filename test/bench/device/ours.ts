import { Client, type ConnectionOptions, Server, type Socket } from "xs-web-socket";
import WebSocketClient from "../../../modules/rfc6455/websocketclient.js";
import { type Case, type Role, sendAndReceive } from "./case.js";
import { textFrame } from "./handshake.js";
import { MemorySocket, Octets, openWindow } from "./memorysocket.js";
import type { Message } from "./messages.js";
import { answerUpgrade, askUpgrade, Registry, withNetwork } from "./peer.js";

/** An open connection of ours, and the socket underneath. */
export interface Pair {
	readonly role: Role;
	readonly connection: Client | Socket;
	readonly socket: MemorySocket;
	/** Messages that have reached the listener. */
	readonly received: () => number;
}

/** The accessor: send() to the socket, the socket to the listener of `message`. */
export function ownCases({ octets, value }: Message, { role, connection, socket, received }: Pair): Case[] {
	const frame = new Octets(textFrame(ArrayBuffer.fromString(JSON.stringify(value)), role === "server"));
	const { size } = frame;
	return sendAndReceive("xs-web-socket", role, octets, {
		send(count) {
			for (let index = 0; index < count; index++) connection.send(value);
		},
		sent: () => connection.counters.sent,
		receive(count) {
			for (let index = 0; index < count; index++) {
				socket.load(frame);
				socket.onReadable?.(size);
			}
		},
		received,
	});
}

/** The way through the send queue: `batch` messages are sent while the window is shut, then it opens. */
export function queueCase(
	{ octets, value }: Message,
	{ role, connection, socket }: Pair,
	batch: number,
): Case {
	return {
		subject: "xs-web-socket",
		work: `queue ${batch}`,
		role,
		octets,
		batch,
		run(count) {
			for (let rest = count; rest > 0; rest -= batch) {
				socket.window = 0;
				socket.onWritable?.(0);
				for (let index = 0; index < batch; index++) connection.send(value);
				socket.window = openWindow;
				socket.onWritable?.(openWindow);
			}
		},
		done: () => connection.counters.sent,
	};
}

/** An open connection of ours over a memory socket. */
export function connect(role: Role, options: ConnectionOptions): Pair {
	let count = 0;
	const listener = (message: unknown) => {
		if (message) count++;
	};
	const received = () => count;
	const registry = new Registry();
	if (role === "client") {
		const connection = openClient(registry, options);
		connection.on("message", listener);
		return { role, connection, socket: registry.socket, received };
	}
	const connection = acceptSocket(registry, options);
	connection.on("message", listener);
	return { role, connection, socket: registry.socket, received };
}

function openClient(registry: Registry, options: ConnectionOptions): Client {
	const client = new Client(options);
	const socket = { io: MemorySocket, register: registry.register };
	withNetwork({ io: WebSocketClient, socket }, () => {
		client.open();
		answerUpgrade(registry);
	});
	return client;
}

function acceptSocket(registry: Registry, options: ConnectionOptions): Socket {
	let waiting: MemorySocket | undefined = new MemorySocket({ register: registry.register });
	let accept: (() => void) | undefined;
	class MemoryListener {
		readonly port = 80;
		constructor({ onReadable }: { onReadable(this: MemoryListener): void }) {
			accept = () => onReadable.call(this);
		}
		read(): MemorySocket | undefined {
			const socket = waiting;
			waiting = undefined;
			return socket;
		}
		close(): void {}
	}
	const server = new Server(options);
	const sockets: Socket[] = [];
	server.on("connection", (socket) => sockets.push(socket));
	withNetwork({ io: WebSocketClient, listener: { io: MemoryListener } }, () => {
		server.start();
		accept?.();
		askUpgrade(registry);
	});
	const [socket] = sockets;
	if (!socket) throw new Error("the server has made no connection");
	return socket;
}
