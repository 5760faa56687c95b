import type { Socket } from "node:net";
import { Watch } from "./watch.js";

/** Buffers the bytes that a socket receives until a test reads them. */
export class SocketReader {
	/** True once the peer's FIN or RST was received. */
	ended = false;
	#bytes: Buffer = Buffer.alloc(0);
	readonly #watch: Watch;

	/** @param patience Timeout of each wait, in milliseconds. */
	constructor(socket: Socket, patience?: number) {
		this.#watch = new Watch(patience);
		socket.on("data", (bytes) => {
			this.#bytes = this.#bytes.length > 0 ? Buffer.concat([this.#bytes, bytes]) : bytes;
			this.#watch.changed();
		});
		const end = () => {
			this.ended = true;
			this.#watch.changed();
		};
		socket.on("end", end).on("close", end).on("error", end);
	}

	/** Received bytes that have not been read. */
	get unread(): Buffer {
		return this.#bytes;
	}

	take(count: number): Buffer {
		const taken = this.#bytes.subarray(0, count);
		this.#bytes = this.#bytes.subarray(count);
		return taken;
	}

	/** Reads text up to and including `mark`, one character per byte. */
	readUntil(mark: string, what = `text up to ${JSON.stringify(mark)}`): Promise<string> {
		return this.until(() => {
			const end = this.#bytes.indexOf(mark);
			return end < 0 ? undefined : this.take(end + mark.length).toString("latin1");
		}, what);
	}

	/** Reads the head of an HTTP message, including the empty line. */
	readHead(): Promise<string> {
		return this.readUntil("\r\n\r\n", "a head");
	}

	/** Waits for the peer's FIN or RST. */
	async readEnd(): Promise<void> {
		await this.until(() => this.ended || undefined, "the end of the connection");
	}

	/**
	 * Waits until `give` returns a value; it is called again whenever bytes arrive.
	 * @param what Name of the value, for error messages.
	 */
	until<T>(give: () => T | undefined, what: string): Promise<T> {
		const missing = () =>
			`${what} did not arrive; unread: ${JSON.stringify(this.#bytes.toString("latin1", 0, 400))}`;
		return this.#watch.until(() => {
			const value = give();
			if (value === undefined && this.ended) throw new Error(`the connection ended: ${missing()}`);
			return value;
		}, missing);
	}
}
