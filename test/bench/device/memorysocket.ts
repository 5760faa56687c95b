/** What a memory socket takes: the options of the native TCP socket, and who is told of a new one. */
export interface MemorySocketOptions {
	readonly from?: MemorySocket;
	readonly target?: unknown;
	readonly onReadable?: (this: MemorySocket, count: number) => void;
	readonly onWritable?: (this: MemorySocket, count: number) => void;
	readonly onError?: (this: MemorySocket) => void;
	readonly register?: (socket: MemorySocket) => void;
}

/** The window of every memory socket, in octets. */
export const openWindow = 65536;

/** Octets that a socket can receive, again and again. */
export class Octets {
	readonly buffer: ArrayBuffer;
	readonly size: number;
	readonly whole: Uint8Array<ArrayBuffer>;
	/** Parts by `start << 16 | count`, made once: filling a buffer then costs hardly more than the native call. */
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
 * A TCP socket without a network: the interface of the native one, in JavaScript, and as cheap as that can be,
 * since every case of the benchmark, the floor included, pays for it. What is written is gone at once. Callbacks
 * are called by whoever plays the network.
 */
export class MemorySocket {
	// XS finds properties in the order of their creation: those of the hot paths come first.
	private source: ArrayBuffer | undefined = undefined;
	private offset = 0;
	private size = 0;
	/** What write() lets pass, in octets. */
	window = openWindow;
	/** Octets written in all. */
	written = 0;
	/** What was written last. */
	last: ArrayBuffer | ArrayBufferView | undefined = undefined;
	onReadable: ((count: number) => void) | undefined;
	target: unknown;
	private octets: Octets | undefined = undefined;
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

	/** Plays the network: octets come in. Whatever was there is forgotten. */
	receive(octets: Octets): void {
		const { size } = octets;
		this.source = octets.buffer;
		this.offset = 0;
		this.size = size;
		this.octets = octets;
		this.onReadable?.(size);
	}

	/** Lets go of everything read and written. */
	forget(): void {
		this.source = this.octets = this.last = undefined;
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
			const octets = this.octets as Octets;
			(amount as Uint8Array).set(octets.parts[(start << 16) | count] ?? octets.part(start, count));
			return count;
		}
		if (start === this.size) return undefined;
		if (this.format === "number") {
			this.offset = start + 1;
			return this.octets?.whole[start];
		}
		this.offset = this.size;
		return (this.source as ArrayBuffer).slice(start);
	}

	write(octets: ArrayBuffer | ArrayBufferView): number {
		const length = octets.byteLength;
		if (length > this.window) throw new Error("would block");
		this.written += length;
		this.last = octets;
		return this.window;
	}

	close(): void {
		this.onReadable = this.onWritable = this.onError = undefined;
	}
}

/** A memory socket with a window that gets narrower with what is written, until it is opened again. */
export class LimitedSocket extends MemorySocket {
	override write(octets: ArrayBuffer | ArrayBufferView): number {
		const length = octets.byteLength;
		const window = this.window - length;
		if (window < 0) throw new Error("would block");
		this.written += length;
		this.last = octets;
		this.window = window;
		return window;
	}

	open(window: number): void {
		this.window = window;
		this.onWritable?.(window);
	}
}
