/**
 * An ECMA-419 TCP socket in memory; the test is the network. It is as strict as the native one: it reads only bytes that
 * have arrived, writes all bytes or none, at most as many as the window, and calls no callback once it is closed.
 */
export interface MemorySocketOptions {
	onReadable?(this: MemorySocket, count: number): void;
	onWritable?(this: MemorySocket, count: number): void;
	onError?(this: MemorySocket): void;
	target?: unknown;
	/** A socket to take over, with its unread bytes. */
	from?: MemorySocket;
	address?: string;
	port?: number;
	remoteAddress?: string;
}

export class MemorySocket {
	/** The most recent instance. */
	static last: MemorySocket;
	/** Number of instances created. */
	static count = 0;
	target: unknown;
	readonly options: MemorySocketOptions;
	readonly remoteAddress: string | undefined;
	/** Bytes that can be written now. */
	window = 0;
	/** True to make write() throw: the connection has failed, but no event has reported it yet. */
	isBroken = false;
	/** Number of writes that succeed; the next one throws for lack of memory. */
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

	/** Number of unread bytes. */
	get readable(): number {
		return this.#incoming.length - this.#offset;
	}

	/** Adds bytes from the peer without an event. */
	put(bytes: Uint8Array): void {
		this.#incoming = this.readable ? Buffer.concat([this.#incoming.subarray(this.#offset), bytes]) : bytes;
		this.#offset = 0;
	}

	/** Adds bytes from the peer and calls onReadable. */
	receive(bytes: Uint8Array | string): void {
		this.put(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
		if (this.readable && !this.isClosed) this.options.onReadable?.call(this, this.readable);
	}

	/** Sets the window and calls onWritable; the first call means that the socket is connected. */
	grant(window: number): void {
		this.window = window;
		if (!this.isClosed) this.options.onWritable?.call(this, window);
	}

	/** Calls onError: the peer has disconnected, or the connection has failed. */
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
			throw new Error(`cannot read ${count} bytes: ${this.readable} are available`);
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
			throw new Error(`cannot write ${buffer.length} bytes: the window is ${this.window}`);
		this.#outgoing.push(buffer);
		this.window -= buffer.length;
		return this.window;
	}

	close(): void {
		this.isClosed = true;
	}
}
