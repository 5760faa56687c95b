/**
 * An ECMA-419 TCP socket over bytes in memory. As strict as the native one: reads no more than has arrived, writes no more
 * than the window, all or nothing, and has no events once it is closed. The test plays the network.
 */
export interface MemorySocketOptions {
	onReadable?(this: MemorySocket, count: number): void;
	onWritable?(this: MemorySocket, count: number): void;
	onError?(this: MemorySocket): void;
	target?: unknown;
	/** A socket to take over, with the bytes that wait in it. */
	from?: MemorySocket;
	address?: string;
	port?: number;
	remoteAddress?: string;
}

export class MemorySocket {
	/** The one made last. */
	static last: MemorySocket;
	/** How many were made. */
	static count = 0;
	target: unknown;
	readonly options: MemorySocketOptions;
	readonly remoteAddress: string | undefined;
	/** Bytes that it takes now. */
	window = 0;
	/** Writing throws: the connection has failed, and no event has said so yet. */
	isBroken = false;
	/** Writes after which one throws for lack of memory. */
	writesLeft = Number.POSITIVE_INFINITY;
	isClosed = false;
	/** The socket that took this one over. */
	successor: MemorySocket | undefined;
	#incoming: Uint8Array = new Uint8Array(0);
	#offset = 0;
	#outgoing: Buffer[] = [];

	constructor(options: object = {}) {
		this.options = options as MemorySocketOptions;
		const { from, target } = this.options;
		this.target = target;
		this.remoteAddress = this.options.remoteAddress ?? from?.remoteAddress;
		if (from) {
			from.successor = this;
			this.window = from.window;
			this.#incoming = from.#incoming.subarray(from.#offset);
		}
		MemorySocket.last = this;
		MemorySocket.count++;
	}

	/** Bytes that nobody has read. */
	get readable(): number {
		return this.#incoming.length - this.#offset;
	}

	/** Adds bytes from the peer without an event. */
	put(bytes: Uint8Array): void {
		this.#incoming = this.readable ? Buffer.concat([this.#incoming.subarray(this.#offset), bytes]) : bytes;
		this.#offset = 0;
	}

	/** Bytes from the peer arrive. */
	receive(bytes: Uint8Array | string): void {
		this.put(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
		if (this.readable && !this.isClosed) this.options.onReadable?.call(this, this.readable);
	}

	/** The window becomes so many bytes; the first time the socket is connected. */
	grant(window: number): void {
		this.window = window;
		if (!this.isClosed) this.options.onWritable?.call(this, window);
	}

	/** The peer has disconnected, or the connection has failed. */
	fail(): void {
		if (!this.isClosed) this.options.onError?.call(this);
	}

	/** Returns the bytes written since the last call. */
	take(): Buffer {
		const taken = Buffer.concat(this.#outgoing);
		this.#outgoing = [];
		return taken;
	}

	read(count: number): ArrayBuffer;
	read(buffer: Uint8Array): unknown;
	read(wanted: number | Uint8Array): unknown {
		const count = typeof wanted === "number" ? wanted : wanted.length;
		if (!Number.isInteger(count) || count <= 0 || count > this.readable)
			throw new Error(`read of ${count} bytes where ${this.readable} can be read`);
		const bytes = this.#incoming.subarray(this.#offset, this.#offset + count);
		this.#offset += count;
		if (typeof wanted === "number") return new Uint8Array(bytes).buffer;
		wanted.set(bytes);
		return count;
	}

	write(bytes: ArrayBuffer | ArrayBufferView): number {
		const view = ArrayBuffer.isView(bytes)
			? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
			: Buffer.from(bytes);
		// The caller may change its bytes afterwards.
		const buffer = Buffer.from(view);
		if (this.writesLeft-- === 0) throw new Error("no memory");
		if (this.isBroken) throw new Error("not ready");
		if (this.isClosed) throw new Error("write to a closed socket");
		if (buffer.length > this.window)
			throw new Error(`write of ${buffer.length} bytes where ${this.window} fit`);
		this.#outgoing.push(buffer);
		this.window -= buffer.length;
		return this.window;
	}

	close(): void {
		this.isClosed = true;
	}
}
