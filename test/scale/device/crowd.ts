import { Server, type Socket } from "xs-web-socket";
import WebSocketClient from "../../../modules/rfc6455/websocketclient.js";
import type { Case } from "../../bench/device/case.js";
import { textFrame } from "../../bench/device/handshake.js";
import { listenersTo, type MemoryListener } from "../../bench/device/memorylistener.js";
import { MemorySocket, Octets } from "../../bench/device/memorysocket.js";
import { askUpgrade, Registry, withNetwork } from "../../bench/device/peer.js";

const value = { t: 21.5, id: 7, ok: true };

/** A server of ours with connections over memory sockets, whose every message is sent back. */
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
		// One for all sockets, so that none of them pays for it.
		function echo(this: Socket, message: unknown): void {
			if (this.send(message) === "sent") note();
		}
		server.on("connection", (socket) => socket.on("message", echo));
	}

	/** Lets clients connect until there are so many. */
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

	/** A message comes in and goes out again, of one connection after the other. */
	get echo(): Case {
		const { sockets } = this;
		const octets = ArrayBuffer.fromString(JSON.stringify(value));
		const frame = new Octets(textFrame(octets, true));
		let next = 0;
		return {
			subject: "xs-web-socket",
			work: `echo on ${sockets.length}`,
			role: "server",
			octets: octets.byteLength,
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

/** Sockets by themselves: what they take is not the server's. */
export function bareSockets(count: number): MemorySocket[] {
	const ignore = () => {};
	const { register } = new Registry();
	const options = { register, onReadable: ignore, onWritable: ignore, onError: ignore };
	return Array.from({ length: count }, () => new MemorySocket(options));
}

/** The same without a library. */
export function floorEcho(): Case {
	let echoed = 0;
	const socket = new MemorySocket({
		onReadable(count) {
			const message = JSON.parse(String.fromArrayBuffer(this.read(count) as ArrayBuffer));
			this.write(ArrayBuffer.fromString(JSON.stringify(message)));
			echoed++;
		},
	});
	const octets = ArrayBuffer.fromString(JSON.stringify(value));
	const payload = new Octets(octets);
	return {
		subject: "floor",
		work: "echo",
		role: "",
		octets: octets.byteLength,
		batch: 1,
		run(count) {
			for (let index = 0; index < count; index++) socket.receive(payload);
		},
		done: () => echoed,
	};
}
