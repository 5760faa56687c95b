import { Client, type ConnectionOptions, Server, type Socket } from "xs-web-socket";
import { type Case, type Role, sendAndReceive } from "./case.js";
import { sentSize, textFrame } from "./handshake.js";
import { listenersTo, type MemoryListener } from "./memorylistener.js";
import { Bytes, LimitedSocket, MemorySocket } from "./memorysocket.js";
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
export function ownCases({ bytes, value }: Message, { role, connection, socket, received }: Pair): Case[] {
	const frame = new Bytes(textFrame(ArrayBuffer.fromString(JSON.stringify(value)), role === "server"));
	return sendAndReceive("xs-web-socket", role, bytes, {
		send(count) {
			for (let index = 0; index < count; index++) connection.send(value);
		},
		sent: () => connection.counters.sent,
		receive(count) {
			for (let index = 0; index < count; index++) socket.receive(frame);
		},
		received,
	});
}

/** The longest header, in bytes: how much more than a frame has may be wanted before it goes out. */
const slack = 14;

/**
 * The way through the send queue: `batch` messages are sent while the window is shut, then it opens so wide that
 * they all go out, and no more.
 */
export function queueCase(
	{ bytes, value }: Message,
	{ role, connection, socket }: Pair,
	batch: number,
): Case {
	const limited = socket as LimitedSocket;
	const window = batch * sentSize(bytes, role) + slack;
	return {
		subject: "xs-web-socket",
		work: `queue ${batch}`,
		role,
		bytes,
		batch,
		run(count) {
			for (let rest = count; rest > 0; rest -= batch) {
				for (let index = 0; index < batch; index++) connection.send(value);
				limited.open(window);
			}
		},
		done: () => connection.counters.sent,
	};
}

/** An open connection of ours over a limited socket with its window shut. */
export function connectShut(role: Role, options: ConnectionOptions): Pair {
	const pair = connect(role, options, LimitedSocket);
	while (pair.connection.send(0) === "sent");
	// One was queued: it goes out when the window opens for just that.
	(pair.socket as LimitedSocket).open(sentSize(1, role));
	return pair;
}

/** An open connection of ours over a memory socket. */
export function connect(role: Role, options: ConnectionOptions, io = MemorySocket): Pair {
	let count = 0;
	const listener = (message: unknown) => {
		if (message) count++;
	};
	const received = () => count;
	const registry = new Registry();
	if (role === "client") {
		const connection = openClient(registry, options, io);
		connection.on("message", listener);
		return { role, connection, socket: registry.socket, received };
	}
	const connection = acceptSocket(registry, options, io);
	connection.on("message", listener);
	return { role, connection, socket: registry.socket, received };
}

function openClient(registry: Registry, options: ConnectionOptions, io: typeof MemorySocket): Client {
	const client = new Client(options);
	const socket = { io, register: registry.register };
	withNetwork({ socket }, () => {
		client.open();
		answerUpgrade(registry);
	});
	return client;
}

function acceptSocket(registry: Registry, options: ConnectionOptions, io: typeof MemorySocket): Socket {
	const [socket] = serve(registry, options, 1, io).sockets;
	if (!socket) throw new Error("the server has made no connection");
	return socket;
}

/** A server of ours with open connections over memory sockets. */
export function serve(
	registry: Registry,
	options: ConnectionOptions,
	count: number,
	io = MemorySocket,
): Server {
	const server = new Server({ ...options, maxConnections: count });
	const listeners: MemoryListener[] = [];
	const listener = { io: listenersTo((made) => listeners.push(made)) };
	withNetwork({ listener }, () => {
		server.start();
		for (let made = 0; made < count; made++) {
			listeners[0]?.connect(new io({ register: registry.register }));
			askUpgrade(registry);
		}
	});
	return server;
}
