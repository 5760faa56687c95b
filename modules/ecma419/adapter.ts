import type { SocketChannel } from "../channel/channel.js";
import type { Dial, DialListener } from "../channel/dial.js";
import type { DialFailure } from "../channel/failure.js";
import { guard } from "../channel/timers.js";
import type { ReadableInfo, WebSocketClientCallbacks } from "./options.js";

// Constants of the module: an object for each piece would be garbage.
const textPart: ReadableInfo = Object.freeze({ more: true, binary: false });
const textEnd: ReadableInfo = Object.freeze({ more: false, binary: false });
const binaryPart: ReadableInfo = Object.freeze({ more: true, binary: true });
const binaryEnd: ReadableInfo = Object.freeze({ more: false, binary: true });

/** Passes the events of a Channel to the callbacks of a WebSocketClient. */
export class Adapter implements DialListener {
	readonly owner: object;
	private readonly callbacks: WebSocketClientCallbacks<object>;
	/** Until the WebSocket is open. */
	dial: Dial | undefined;
	channel: SocketChannel | undefined;
	protocol: string;
	/** The bytes that read() returns. */
	private data: ArrayBuffer | undefined;
	/** True while the channel waits for read(). */
	private isPaused: boolean;

	/** @param owner `this` of the callbacks. */
	constructor(owner: object, callbacks: WebSocketClientCallbacks<object>) {
		this.owner = owner;
		this.callbacks = callbacks;
		this.dial = undefined;
		this.channel = undefined;
		this.protocol = "";
		this.data = undefined;
		this.isPaused = false;
	}

	/** @param amount Bytes to return, or a buffer to fill; undefined for all. */
	read(amount: number | ArrayBuffer | Uint8Array | undefined): ArrayBuffer | number | undefined {
		const data = this.data;
		if (data === undefined) return undefined;
		if (amount === undefined && !this.isPaused) {
			this.data = undefined;
			return data;
		}
		const wanted =
			amount === undefined ? data.byteLength : typeof amount === "number" ? amount : amount.byteLength;
		const isAll = wanted >= data.byteLength;
		this.data = isAll ? undefined : data.slice(wanted);
		if (isAll && this.isPaused) {
			this.isPaused = false;
			this.channel?.resume();
		}
		const result = isAll ? data : data.slice(0, wanted);
		if (amount === undefined || typeof amount === "number") return result;
		const target = ArrayBuffer.isView(amount) ? amount : new Uint8Array(amount);
		target.set(new Uint8Array(result));
		return result.byteLength;
	}

	destroy(): void {
		this.dial?.destroy();
		this.dial = undefined;
		this.channel?.destroy();
		this.data = undefined;
	}

	onOpen(channel: SocketChannel, protocol: string): void {
		this.dial = undefined;
		this.channel = channel;
		this.protocol = protocol;
		this.callbacks.onWritable?.call(this.owner, channel.writer.capacity);
	}

	onDialFailed({ reason }: DialFailure): void {
		this.dial = undefined;
		this.end(reason);
	}

	onMessage(data: ArrayBuffer | string | undefined, _count: number, binary: boolean): void {
		this.onPiece(data as ArrayBuffer, binary, true);
	}

	onPiece(bytes: ArrayBuffer, binary: boolean, last: boolean): void {
		const count = bytes.byteLength;
		this.data = count ? bytes : undefined;
		this.callbacks.onReadable?.call(this.owner, count, infoOf(binary, last));
		if (this.data === undefined) return;
		this.isPaused = true;
		this.channel?.pause();
	}

	onWindow(): void {
		const capacity = this.channel?.writer.capacity;
		if (capacity) this.callbacks.onWritable?.call(this.owner, capacity);
	}

	onControl(opcode: number, payload: ArrayBuffer): void {
		this.callbacks.onControl?.call(this.owner, opcode, payload);
	}

	onFault(code: number, message: string): void {
		this.callbacks.onError?.call(this.owner, Object.assign(new Error(message), { code }));
	}

	onClose(_code: number, _reason: string, failure: string | undefined): void {
		this.end(failure);
	}

	/** The last callback. What it throws is caught here: another one may have thrown before, or a resolver of names calls. */
	private end(failure: string | undefined): void {
		guard(() => {
			if (failure === undefined) this.callbacks.onClose?.call(this.owner);
			else this.callbacks.onError?.call(this.owner, new Error(failure));
		});
	}

	onClosing(): void {}

	onActivity(): void {}

	mayBuffer(): boolean {
		return true;
	}
}

const infoOf = (binary: boolean, last: boolean): ReadableInfo => {
	if (binary) return last ? binaryEnd : binaryPart;
	return last ? textEnd : textPart;
};
