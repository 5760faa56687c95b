import { Server, type Socket } from "xs-web-socket";
import WebSocketClient from "../../../modules/rfc6455/websocketclient.js";
import type { Case } from "../../bench/device/case.js";
import { textFrame } from "../../bench/device/handshake.js";
import { listenersTo, type MemoryListener } from "../../bench/device/memorylistener.js";
import { Bytes, MemorySocket } from "../../bench/device/memorysocket.js";
import { askUpgrade, Registry, withNetwork } from "../../bench/device/peer.js";

const value = { t: 21.5, id: 7, ok: true };

/** A Server with connections over memory sockets that echoes every message. */
export class Crowd {
	readonly sockets: MemorySocket[] = [];
	private readonly registry = new Registry();
	private readonly listener: MemoryListener;
	private echoed = 0;

	constructor() {
		const server = new Server({ maxConnections: 32, sendQueueSize: 64, pingInterval: 0 });
		const listeners: MemoryListener[] = [];
		const io = listenersTo((listener) => listeners.push(listener));
		withNetwork({ io: WebSocketClient, listener: { io } }, () => server.start());
		this.listener = listeners[0] as MemoryListener;
		const note = () => this.echoed++;
		// One listener for all sockets, so that its memory is not counted.
		function echo(this: Socket, message: unknown): void {
			if (this.send(message) === "sent") note();
		}
		server.on("connection", (socket) => socket.on("message", echo));
	}

	/** Adds connections until there are `size`. */
	growTo(size: number): void {
		const { registry, sockets } = this;
		while (sockets.length < size) {
			withNetwork({ io: WebSocketClient }, () => {
				this.listener.connect(new MemorySocket({ register: registry.register }));
				askUpgrade(registry);
			});
			registry.socket.forget();
			sockets.push(registry.socket);
		}
	}

	/** Receives and echoes messages on all connections in turn. */
	get echo(): Case {
		const { sockets } = this;
		const bytes = ArrayBuffer.fromString(JSON.stringify(value));
		const frame = new Bytes(textFrame(bytes, true));
		let next = 0;
		return {
			subject: "xs-web-socket",
			work: `echo on ${sockets.length}`,
			role: "server",
			bytes: bytes.byteLength,
			batch: 1,
			run(count) {
				for (let index = 0; index < count; index++) {
					sockets[next]?.receive(frame);
					if (++next === sockets.length) next = 0;
				}
			},
			done: () => this.echoed,
		};
	}
}

/** Makes sockets without a server, to subtract their memory. */
export function bareSockets(count: number): MemorySocket[] {
	const ignore = () => {};
	const { register } = new Registry();
	const options = { register, onReadable: ignore, onWritable: ignore, onError: ignore };
	return Array.from({ length: count }, () => new MemorySocket(options));
}

/** The same as Crowd.echo, without a library. */
export function floorEcho(): Case {
	let echoed = 0;
	const socket = new MemorySocket({
		onReadable(count) {
			const message = JSON.parse(String.fromArrayBuffer(this.read(count) as ArrayBuffer));
			this.write(ArrayBuffer.fromString(JSON.stringify(message)));
			echoed++;
		},
	});
	const bytes = ArrayBuffer.fromString(JSON.stringify(value));
	const payload = new Bytes(bytes);
	return {
		subject: "floor",
		work: "echo",
		role: "",
		bytes: bytes.byteLength,
		batch: 1,
		run(count) {
			for (let index = 0; index < count; index++) socket.receive(payload);
		},
		done: () => echoed,
	};
}
