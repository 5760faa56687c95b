import type { Socket } from "node:net";
import { Watch } from "./watch.js";

/** Buffers what a socket receives until a test takes it. */
export class SocketReader {
	/** The peer's FIN or RST was received. */
	ended = false;
	#bytes: Buffer = Buffer.alloc(0);
	readonly #watch: Watch;

	/** @param patience how long a wait may take, in milliseconds */
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

	/** Bytes received and not yet taken. */
	get unread(): Buffer {
		return this.#bytes;
	}

	take(count: number): Buffer {
		const taken = this.#bytes.subarray(0, count);
		this.#bytes = this.#bytes.subarray(count);
		return taken;
	}

	/** The text up to and including `mark`, one character for each byte. */
	readUntil(mark: string, what = `text up to ${JSON.stringify(mark)}`): Promise<string> {
		return this.until(() => {
			const end = this.#bytes.indexOf(mark);
			return end < 0 ? undefined : this.take(end + mark.length).toString("latin1");
		}, what);
	}

	/** The head of an HTTP message, including the empty line. */
	readHead(): Promise<string> {
		return this.readUntil("\r\n\r\n", "a head");
	}

	/** Waits for the peer's FIN or RST. */
	async readEnd(): Promise<void> {
		await this.until(() => this.ended || undefined, "the end of the connection");
	}

	/**
	 * Waits until `give` returns a value; it is called again for each arrival.
	 * @param what names the value in an error
	 */
	until<T>(give: () => T | undefined, what: string): Promise<T> {
		const missing = () =>
			`${what} did not come; unread: ${JSON.stringify(this.#bytes.toString("latin1", 0, 400))}`;
		return this.#watch.until(() => {
			const value = give();
			if (value === undefined && this.ended) throw new Error(`the connection ended: ${missing()}`);
			return value;
		}, missing);
	}
}
