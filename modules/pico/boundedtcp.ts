import TCP from "embedded:io/socket/tcp";
import { type SendMemory, sendMemory, type Waiting, waitingWindow } from "./sendmemory.js";

type Callback = (this: NativeTcp, count: number) => void;

/** Options of the SDK's class; further ones are passed on. */
export interface TcpOptions {
	target?: unknown;
	from?: object;
	onReadable?: Callback | undefined;
	onWritable?: Callback | undefined;
	onError?: ((this: NativeTcp) => void) | undefined;
}

/** The SDK's class, as far as it is used or replaced here. Its declarations differ between versions of the SDK. */
interface NativeTcp {
	target: unknown;
	read(): unknown;
	write(data: ArrayBuffer | ArrayBufferView): number | undefined;
	close(): void;
}

/**
 * Knows the socket whose native constructor runs. When that cannot connect, without Wi-Fi for one, it throws, and keeps the
 * native socket, of which lwIP has five. It sets `target` before it connects, which calls this setter.
 */
class TrackedTCP extends (TCP as unknown as new (options: object) => object) {
	set target(value: unknown) {
		// From now on it is a property like any other.
		Object.defineProperty(this, "target", { value, writable: true });
		sendMemory().opening = this as unknown as BoundedTCP;
	}
}

const Native = TrackedTCP as unknown as new (options: TcpOptions) => NativeTcp;

/**
 * The SDK's TCP socket with a window that lwIP's memory can hold: see sendmemory.ts. Bytes for which there is no memory
 * wait here, at most `waitingWindow` of a connection, until the peers of all connections have acknowledged enough.
 * close() ends a connection when everything was acknowledged, so that its memory is not given to others too early.
 * The format is "buffer".
 */
export class BoundedTCP extends Native implements Waiting {
	private readonly memory: SendMemory;
	private whenReadable: TcpOptions["onReadable"];
	private whenWritable: TcpOptions["onWritable"];
	private whenError: TcpOptions["onError"];
	/** The native window while nothing is unacknowledged, in bytes; 0 until the connection is open. */
	private widest: number;
	/** The native window, in bytes. */
	private nativeWindow: number;
	/** Shares of the memory that unacknowledged bytes take. */
	private held: number;
	/** Length of the newer one of two pieces that are unacknowledged, in bytes; else 0. */
	private newest: number;
	/** Bytes that wait for memory. */
	private pending: Uint8Array<ArrayBuffer> | undefined;
	/** True once the user knows the window. */
	private announced: boolean;
	private failed: boolean;
	private closing: boolean;

	constructor(options: TcpOptions) {
		const memory = sendMemory();
		try {
			super({ target: undefined, ...options, ...nativeCallbacks });
		} catch (error) {
			memory.opening?.abandon();
			throw error;
		} finally {
			memory.opening = undefined;
		}
		this.memory = memory;
		this.whenReadable = options.onReadable;
		this.whenWritable = options.onWritable;
		this.whenError = options.onError;
		this.widest = 0;
		this.nativeWindow = 0;
		this.held = 0;
		this.newest = 0;
		this.pending = undefined;
		this.announced = false;
		this.failed = false;
		this.closing = false;
		const { from } = options;
		if (from instanceof BoundedTCP) this.succeed(from);
	}

	/**
	 * Sends the bytes, or lets them wait.
	 * @returns The window, or undefined when the connection has failed.
	 * @throws Error when they do not fit the window or the connection is not open.
	 */
	override write(data: ArrayBuffer | ArrayBufferView): number | undefined {
		if (this.failed) return undefined;
		if (!this.widest || this.closing) throw new Error("not ready");
		const { pending } = this;
		const length = data.byteLength;
		if (length > this.window) throw new Error("would block");
		if (pending) this.pending = joined(pending, data);
		else if (length <= this.room) this.writePiece(data, length);
		else {
			this.pending = joined(new Uint8Array(0), data);
			this.memory.wait(this);
			if (!this.writeWaiting()) this.memory.leave(this);
		}
		return this.failed ? undefined : this.window;
	}

	/** Ends the connection: at once, or as soon as what was written has been acknowledged. */
	override close(): void {
		this.whenReadable = undefined;
		this.whenWritable = undefined;
		this.whenError = undefined;
		this.target = undefined;
		this.closing = true;
		// With unread bytes lwIP would reset the connection, and the last bytes could be lost.
		if (this.held) this.read();
		this.endIfIdle();
	}

	/** Closes the native socket of an object that could not be constructed. */
	abandon(): void {
		super.close();
	}

	writeWaiting(): boolean {
		while (this.pending) {
			const { pending } = this;
			const count = Math.min(pending.length, this.room);
			if (count === 0) return true;
			this.pending = count < pending.length ? pending.slice(count) : undefined;
			try {
				this.writePiece(pending.slice(0, count), count);
			} catch {
				// The connection has failed; its error follows.
				this.failed = true;
			}
			if (this.failed) this.pending = undefined;
		}
		return false;
	}

	announce(): void {
		this.announced = true;
		this.whenWritable?.call(this, this.window);
	}

	onNativeReadable(count: number): void {
		if (this.closing) this.read();
		else this.whenReadable?.call(this, count);
	}

	/** The peer has acknowledged something, or the connection has opened or moved here. */
	onNativeWritable(count: number): void {
		this.nativeWindow = count;
		if (count > this.widest) this.widest = count;
		const unacknowledged = this.widest - count;
		if (unacknowledged === 0) this.giveBack();
		else if (unacknowledged <= this.newest) {
			this.memory.giveBack(1);
			this.held--;
			this.newest = 0;
		}
		if (!this.announced) this.announce();
		this.memory.serve();
		this.endIfIdle();
	}

	onNativeError(): void {
		this.failed = true;
		this.pending = undefined;
		this.memory.leave(this);
		this.giveBack();
		this.memory.serve();
		this.whenError?.call(this);
		this.endIfIdle();
	}

	/** Bytes that write() takes. */
	private get window(): number {
		return waitingWindow - (this.pending ? this.pending.length : 0);
	}

	/** Longest piece that can be written now, in bytes. */
	private get room(): number {
		return Math.min(this.memory.roomFor(this), this.nativeWindow);
	}

	/** Writes bytes for which there is room. */
	private writePiece(data: ArrayBuffer | ArrayBufferView, length: number): void {
		if (length === 0) return;
		const window = super.write(data);
		if (window === undefined) this.failed = true;
		else {
			this.nativeWindow = window;
			if (this.held) this.newest = length;
			this.held += this.memory.take(length);
		}
	}

	/** Gives all memory back. */
	private giveBack(): void {
		this.memory.giveBack(this.held);
		this.held = 0;
		this.newest = 0;
	}

	/** Ends a connection that was closed, once nothing of it waits and nothing is unacknowledged. */
	private endIfIdle(): void {
		if (this.closing && !this.pending && !this.held) super.close();
	}

	/** Takes the state of the socket whose connection has moved here. */
	private succeed(from: BoundedTCP): void {
		this.widest = from.widest;
		this.nativeWindow = from.nativeWindow;
		this.held = from.held;
		this.newest = from.newest;
		this.pending = from.pending;
		this.failed = from.failed;
		this.memory.leave(from, this);
		from.held = 0;
		from.pending = undefined;
	}
}

/** The callbacks of the native socket: shared, so that they cost no connection memory. */
const nativeCallbacks = Object.freeze({
	onReadable(this: NativeTcp, count: number): void {
		(this as BoundedTCP).onNativeReadable(count);
	},
	onWritable(this: NativeTcp, count: number): void {
		(this as BoundedTCP).onNativeWritable(count);
	},
	onError(this: NativeTcp): void {
		(this as BoundedTCP).onNativeError();
	},
});

const joined = (first: Uint8Array, data: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> => {
	const second =
		data instanceof ArrayBuffer
			? new Uint8Array(data)
			: new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	const both = new Uint8Array(first.length + second.length);
	both.set(first);
	both.set(second, first.length);
	return both;
};
