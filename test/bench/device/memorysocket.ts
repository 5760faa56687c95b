/** Options of a memory socket: those of the native TCP socket, and a callback for each new socket. */
export interface MemorySocketOptions {
	readonly from?: MemorySocket;
	readonly target?: unknown;
	readonly onReadable?: (this: MemorySocket, count: number) => void;
	readonly onWritable?: (this: MemorySocket, count: number) => void;
	readonly onError?: (this: MemorySocket) => void;
	readonly register?: (socket: MemorySocket) => void;
}

/** Send window of every memory socket, in bytes. */
export const openWindow = 65536;

/** Data that a socket can receive repeatedly. */
export class Bytes {
	readonly buffer: ArrayBuffer;
	readonly size: number;
	readonly whole: Uint8Array<ArrayBuffer>;
	/** Views by `start << 16 | count`, made once: filling a buffer then costs hardly more than the native call. */
	readonly parts: Record<number, Uint8Array> = {};

	constructor(buffer: ArrayBuffer) {
		this.buffer = buffer;
		this.size = buffer.byteLength;
		this.whole = new Uint8Array(buffer);
	}

	part(start: number, count: number): Uint8Array {
		const part = new Uint8Array(this.buffer, start, count);
		this.parts[(start << 16) | count] = part;
		return part;
	}
}

/**
 * A TCP socket without a network, with the interface of the native one. It is as cheap as possible, because its
 * cost is part of every case, including the floor. Written data is discarded. receive() and open() simulate the
 * network.
 */
export class MemorySocket {
	// XS searches properties in order of creation: those of the hot paths come first.
	private source: ArrayBuffer | undefined = undefined;
	private offset = 0;
	private size = 0;
	/** Number of bytes that write() accepts. */
	window = openWindow;
	/** Total number of bytes written. */
	written = 0;
	/** Data of the last write(). */
	last: ArrayBuffer | ArrayBufferView | undefined = undefined;
	onReadable: ((count: number) => void) | undefined;
	target: unknown;
	private bytes: Bytes | undefined = undefined;
	format: "buffer" | "number" = "buffer";
	onWritable: ((count: number) => void) | undefined;
	onError: (() => void) | undefined;
	private readonly register: ((socket: MemorySocket) => void) | undefined;

	constructor(options: MemorySocketOptions) {
		const { from } = options;
		this.target = options.target;
		this.onReadable = options.onReadable;
		this.onWritable = options.onWritable;
		this.onError = options.onError;
		this.register = options.register ?? from?.register;
		this.register?.(this);
	}

	get remoteAddress(): string {
		return "127.0.0.1";
	}

	get remotePort(): number {
		return 49152;
	}

	/** Simulates received data. Discards data that was not read yet. */
	receive(bytes: Bytes): void {
		const { size } = bytes;
		this.source = bytes.buffer;
		this.offset = 0;
		this.size = size;
		this.bytes = bytes;
		this.onReadable?.(size);
	}

	/** Releases the data that was read and written. */
	forget(): void {
		this.source = this.bytes = this.last = undefined;
	}

	read(amount?: number | ArrayBuffer | Uint8Array): ArrayBuffer | number | undefined {
		const start = this.offset;
		if (typeof amount === "number") {
			const end = start + amount;
			if (end > this.size) throw new Error("invalid");
			this.offset = end;
			return (this.source as ArrayBuffer).slice(start, end);
		}
		if (amount !== undefined) {
			const count = amount.byteLength;
			const end = start + count;
			if (end > this.size) throw new Error("invalid");
			this.offset = end;
			const bytes = this.bytes as Bytes;
			(amount as Uint8Array).set(bytes.parts[(start << 16) | count] ?? bytes.part(start, count));
			return count;
		}
		if (start === this.size) return undefined;
		if (this.format === "number") {
			this.offset = start + 1;
			return this.bytes?.whole[start];
		}
		this.offset = this.size;
		return (this.source as ArrayBuffer).slice(start);
	}

	write(bytes: ArrayBuffer | ArrayBufferView): number {
		const length = bytes.byteLength;
		if (length > this.window) throw new Error("would block");
		this.written += length;
		this.last = bytes;
		return this.window;
	}

	close(): void {
		this.onReadable = this.onWritable = this.onError = undefined;
	}
}

/** A memory socket whose window shrinks with each write until open() is called. */
export class LimitedSocket extends MemorySocket {
	override write(bytes: ArrayBuffer | ArrayBufferView): number {
		const length = bytes.byteLength;
		const window = this.window - length;
		if (window < 0) throw new Error("would block");
		this.written += length;
		this.last = bytes;
		this.window = window;
		return window;
	}

	open(window: number): void {
		this.window = window;
		this.onWritable?.(window);
	}
}
