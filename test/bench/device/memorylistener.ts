import type { MemorySocket } from "./memorysocket.js";

/** A TCP listener without a network: it has the interface of the native one, and whoever plays the network connects. */
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

/** A class of memory listeners that tells of each one made. */
export function listenersTo(register: (listener: MemoryListener) => void): typeof MemoryListener {
	return class extends MemoryListener {
		constructor(options: { onReadable(this: MemoryListener, count: number): void }) {
			super(options);
			register(this);
		}
	};
}
