import type { MemorySocket } from "./memorysocket.js";

/** A TCP listener without a network, with the interface of the native one. connect() simulates a connection. */
export class MemoryListener {
	readonly port = 80;
	private waiting: MemorySocket | undefined = undefined;
	private readonly onReadable: (this: MemoryListener, count: number) => void;

	constructor({ onReadable }: { onReadable(this: MemoryListener, count: number): void }) {
		this.onReadable = onReadable;
	}

	connect(socket: MemorySocket): void {
		this.waiting = socket;
		this.onReadable(1);
	}

	read(): MemorySocket | undefined {
		const socket = this.waiting;
		this.waiting = undefined;
		return socket;
	}

	close(): void {}
}

/** Makes a class of memory listeners that passes each new one to `register`. */
export function listenersTo(register: (listener: MemoryListener) => void): typeof MemoryListener {
	return class extends MemoryListener {
		constructor(options: { onReadable(this: MemoryListener, count: number): void }) {
			super(options);
			register(this);
		}
	};
}
