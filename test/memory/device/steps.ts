import { Client, Server, type Socket } from "xs-web-socket";
import { SendQueue } from "../../../modules/rfc6455/sendqueue.js";
import { closeFrame, textFrame } from "../../bench/device/handshake.js";
import { listenersTo, type MemoryListener } from "../../bench/device/memorylistener.js";
import { Bytes, MemorySocket } from "../../bench/device/memorysocket.js";
import { answerUpgrade, askUpgrade, Registry, withNetwork } from "../../bench/device/peer.js";

import { copies, messages, reconnects, sendQueueSize } from "./sizes.js";

/** Something that is done between two readings of the memory in use. */
export interface Step {
	/** What there is more of afterwards, or what has been done. */
	readonly name: string;
	run(): void;
}

// Reconnects follow each other without a pause.
const options = { sendQueueSize, maxConnections: 64, pingInterval: 0, timeBetweenRetries: 0 };
const value = { t: 21.5, id: 7, ok: true };
const ignore = (): void => {};

// One for all, and no wrappers: what holds the things that are measured must not count.
export const registry = new Registry();
const { register } = registry;
const kept: (object | undefined)[] = new Array(9 * copies).fill(undefined);
let keptCount = 0;
let firstListener: MemoryListener | undefined;
const listenerProvider = {
	io: listenersTo((listener) => {
		firstListener ??= listener;
	}),
};
const provider = { socket: { io: MemorySocket, register }, listener: listenerProvider };

function newSocket(): MemorySocket {
	return new MemorySocket({ register, onReadable: ignore, onWritable: ignore, onError: ignore });
}

function newClient(): Client {
	return new Client(options).on("message", ignore);
}

function open(client: Client): MemorySocket {
	withNetwork(provider, () => {
		client.open();
		answerUpgrade(registry);
	});
	registry.socket.forget();
	return registry.socket;
}

function newServer(): Server {
	const server = new Server(options).on("connection", accepted);
	withNetwork(provider, () => server.start());
	return server;
}

/** Connects to the server that was made first. */
function connect(): MemorySocket {
	withNetwork(provider, () => {
		firstListener?.connect(newSocket());
		askUpgrade(registry);
	});
	registry.socket.forget();
	return registry.socket;
}

function accepted(socket: Socket): void {
	socket.on("message", ignore);
}

/** As often as there are copies. */
export function repeatedly(make: () => object): void {
	for (let index = 0; index < copies; index++) kept[keptCount++] = make();
}

/**
 * All steps, in order. What is needed only once is made before the first one.
 * @param others Steps that some engines do besides.
 */
export function makeSteps(others: readonly Step[] = []): Step[] {
	const client = newClient();
	newServer();
	const clientSocket = open(client);
	const serverSocket = connect();
	const fromServer = new Bytes(textFrame(ArrayBuffer.fromString(JSON.stringify(value)), false));
	const fromClient = new Bytes(textFrame(ArrayBuffer.fromString(JSON.stringify(value)), true));
	const closing = new Bytes(closeFrame(false));
	const closingMasked = new Bytes(closeFrame(true));
	let socket = clientSocket;
	const exchange: Step = {
		name: "messages",
		run() {
			for (let count = 0; count < messages; count++) {
				client.send(value);
				socket.receive(fromServer);
				serverSocket.receive(fromClient);
			}
		},
	};
	const reconnect: Step = {
		name: "reconnects",
		run() {
			for (let count = 0; count < reconnects; count++) {
				socket.receive(closing);
				socket.onError?.();
				socket = open(client);
				const peer = connect();
				peer.receive(closingMasked);
				peer.onError?.();
			}
		},
	};
	return [
		{ name: "nothing", run: ignore },
		{ name: "memorysocket", run: () => repeatedly(newSocket) },
		{ name: "sendqueue", run: () => repeatedly(() => new SendQueue(sendQueueSize)) },
		{
			name: "client",
			run: () =>
				repeatedly(() => {
					const made = newClient();
					open(made);
					return made;
				}),
		},
		{ name: "server", run: () => repeatedly(newServer) },
		{ name: "memorylistener", run: () => repeatedly(() => new listenerProvider.io({ onReadable: ignore })) },
		{ name: "socket", run: () => repeatedly(connect) },
		...others,
		...Array.from({ length: 21 }, () => exchange),
		...Array.from({ length: 21 }, () => reconnect),
	];
}
