/** An ECMA-419 TCP listener in memory; the test makes its connections. */
import type { MemorySocket } from "./memorysocket.js";

export class MemoryListener {
	/** The most recent instance. */
	static last: MemoryListener;
	readonly port = 80;
	readonly #options: { onReadable(): void };
	#next: MemorySocket | undefined;

	constructor(options: { onReadable(): void }) {
		this.#options = options;
		MemoryListener.last = this;
	}

	/** Makes a connection, of a class of sockets. Returns the socket that the server has in its place. */
	connect<Kind extends MemorySocket>(kind: new (options: object) => Kind): Kind {
		const from = new kind({ remoteAddress: "127.0.0.1" });
		this.#next = from;
		this.#options.onReadable();
		return from.successor as Kind;
	}

	read(): MemorySocket | undefined {
		const next = this.#next;
		this.#next = undefined;
		return next;
	}

	close(): void {}
}
