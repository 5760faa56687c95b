import type { MessageData } from "./bytes.js";
import { FirstByte, headerSize, Opcode, payloadCapacity, Size } from "./frame.js";
import { type EncodedFrame, encodeFrame } from "./framecodec.js";
import type { SendQueue } from "./sendqueue.js";
import type { Transport } from "./transport.js";
import type { MessageWriter, SharedMessage } from "./writing.js";

/** Bytes that wait for the window. They are sent before any data, in this order. */
interface Waiting {
	/** The rest of a frame that is sent in pieces because the window is narrow. */
	staged?: ArrayBuffer | undefined;
	/** The answer to the newest ping: older pings need none (RFC 6455 section 5.5.3). */
	pong?: Uint8Array | undefined;
	/** The payload of the close frame. */
	close?: Uint8Array | undefined;
}

/** Widest window, in bytes, that is too narrow for some control frames: a client's have up to 131. */
const narrow = 130;

/** First byte of a frame with a whole message. */
const wholeText = FirstByte.final | Opcode.text;
const wholeBinary = FirstByte.final | Opcode.binary;

/**
 * Writes frames (RFC 6455 section 5) to a transport as its window allows, each with one write. Control frames have priority:
 * the answer to the newest ping and the close frame wait here until they fit the window, and are sent before any data.
 */
export class FrameWriter implements EncodedFrame, MessageWriter {
	private readonly transport: Transport;
	/** True for a client, which masks what it sends (RFC 6455 section 5.1). */
	private readonly masks: boolean;
	/** Bytes that a data frame may have now; negative while none may be written. */
	private room: number;
	/** Bytes of the payload that was encoded last. */
	encoded: number;
	/** True between the parts of a message. */
	private writingParts: boolean;
	/** Send window of the transport, in bytes; -1 after a failed write, until the window changes. */
	private window: number;
	/** The widest that the window has been. */
	private widest: number;
	widestCapacity: number;
	/** True once endData() was called: no data, pings and pongs are written. */
	private closing: boolean;
	/** Bytes that wait for the window, if any. */
	private waiting: Waiting | undefined;

	/**
	 * @param masks True for a client, false for a server.
	 * @param window Send window of the transport, in bytes.
	 */
	constructor(transport: Transport, masks: boolean, window: number) {
		this.transport = transport;
		this.masks = masks;
		this.room = -1;
		this.encoded = 0;
		this.writingParts = false;
		this.window = 0;
		this.widest = 0;
		this.widestCapacity = 0;
		this.closing = false;
		this.waiting = undefined;
		this.grant(window);
	}

	write(data: MessageData, binary: boolean, more: boolean): number {
		const isPart = more || this.writingParts;
		let first = binary ? wholeBinary : wholeText;
		if (isPart) first = this.firstOfPart(binary, more);
		const frame = encodeFrame(data, first, this.masks, this.room, this);
		if (frame)
			try {
				const window = this.transport.write(frame);
				// A socket that has failed may return nothing.
				if (window === undefined) return this.fail();
				this.window = this.room = window;
			} catch (error) {
				return this.fail(error);
			}
		else if (!this.writeTight(data, first)) return -1;
		if (isPart) this.writingParts = more;
		return this.encoded;
	}

	writeShared(message: SharedMessage): number {
		const { data, binary } = message;
		const first = binary ? wholeBinary : wholeText;
		// Not encoded for a window that is too narrow: no other one may be wider, and a frame takes memory.
		message.frame ??= encodeFrame(data, first, false, this.room, message);
		const { frame } = message;
		if (!frame || frame.byteLength > this.room) return this.writeTight(data, first) ? this.encoded : -1;
		try {
			const window = this.transport.write(frame);
			if (window === undefined) return this.fail();
			this.window = this.room = window;
			return message.encoded;
		} catch (error) {
			return this.fail(error);
		}
	}

	writeQueued(queue: SendQueue): number {
		if (this.writingParts) return 0;
		const frames = queue.encode(this.masks, this.room);
		// In pieces, if no window is wide enough.
		if (!frames) return this.isNarrow ? queue.writeFirst(this) : 0;
		try {
			const window = this.transport.write(frames);
			if (window === undefined) this.fail();
			else {
				this.window = this.room = window;
				return queue.removeEncoded();
			}
		} catch (error) {
			this.fail(error);
		}
		return 0;
	}

	get capacity(): number {
		return this.closing || this.waiting ? 0 : this.capacityOf(this.window);
	}

	/** True while a control frame waits for the window. */
	get isWaiting(): boolean {
		return this.waiting !== undefined;
	}

	/** Sets the window and writes the bytes that wait for it. Returns whether data may be written then. */
	grant(window: number): boolean {
		this.window = window;
		if (window > this.widest) {
			this.widest = window;
			this.widestCapacity = this.capacityOf(window);
		}
		if (this.waiting) this.flush(this.waiting);
		return this.settle();
	}

	/** Stops writing data, pings and pongs; the close frame is still written. */
	endData(): void {
		this.closing = true;
		this.room = -1;
	}

	/** Writes a ping or pong. Returns false, without side effects, if it does not fit the window. */
	control(opcode: Opcode, payload: ArrayBuffer | ArrayBufferView): boolean {
		if (this.closing || this.waiting) return false;
		const written = this.writeControl(opcode, payload);
		this.settle();
		return written;
	}

	/** Answers a ping as soon as the window allows. */
	pong(payload: Uint8Array): void {
		if (this.closing) return;
		this.waiting ??= {};
		this.waiting.pong = payload;
		this.flush(this.waiting);
		this.settle();
	}

	/** Writes the close frame as soon as the window allows. Called once. */
	close(payload: Uint8Array): void {
		this.endData();
		this.waiting ??= {};
		this.waiting.close = payload;
		this.flush(this.waiting);
	}

	/**
	 * Handles a write that has failed: the connection has ended, and its event follows, or the platform has no memory. Returns
	 * -1.
	 */
	private fail(error?: unknown): -1 {
		// A failed socket throws a plain Error. A TypeError or ReferenceError is a bug, which must not be hidden.
		if (error instanceof TypeError || error instanceof ReferenceError) trace(`xs-web-socket: ${error}\n`);
		this.window = this.room = -1;
		return -1;
	}

	/** Slow path: a frame that does not fit the window may be sent in pieces if no window is wide enough. */
	private writeTight(data: MessageData, first: number): boolean {
		if (this.closing || this.waiting || this.window < 0 || !this.isNarrow) return false;
		const frame = encodeFrame(data, first, this.masks, this.longestStaged, this);
		if (!frame) return false;
		try {
			this.writeStaged(frame);
		} catch (error) {
			this.fail(error);
			return false;
		}
		this.settle();
		return true;
	}

	/** First byte of a frame with a part of a message. */
	private firstOfPart(binary: boolean, more: boolean): number {
		const opcode = this.writingParts ? Opcode.continuation : binary ? Opcode.binary : Opcode.text;
		return more ? opcode : FirstByte.final | opcode;
	}

	/** Updates `room`. Returns whether data may be written. */
	private settle(): boolean {
		const room = this.closing || this.waiting ? -1 : this.window;
		this.room = room;
		return room >= 0;
	}

	private capacityOf(window: number): number {
		if (window >= 0 && window <= narrow && this.isNarrow) return Size.short;
		return payloadCapacity(window, this.masks);
	}

	/** True if the window is always too narrow for some control frames: then short frames are sent in pieces. */
	private get isNarrow(): boolean {
		return this.widest > 0 && this.widest <= narrow;
	}

	/** Longest frame that is sent in pieces, in bytes. */
	private get longestStaged(): number {
		return headerSize(Size.short, this.masks) + Size.short;
	}

	/** Writes the waiting bytes while the window allows. */
	private flush(waiting: Waiting): void {
		if (waiting.staged) {
			this.writeStaged(waiting.staged);
			if (waiting.staged) return;
		}
		if (waiting.pong) {
			if (!this.writeControl(Opcode.pong, waiting.pong)) return;
			waiting.pong = undefined;
			if (waiting.staged) return;
		}
		if (waiting.close) {
			if (!this.writeControl(Opcode.close, waiting.close)) return;
			waiting.close = undefined;
			if (waiting.staged) return;
		}
		this.waiting = undefined;
	}

	/** Writes a control frame if it fits. Returns whether it did. */
	private writeControl(opcode: number, payload: ArrayBuffer | ArrayBufferView): boolean {
		const room = this.isNarrow ? this.longestStaged : this.window;
		const frame =
			this.window < 0 ? undefined : encodeFrame(payload, FirstByte.final | opcode, this.masks, room, this);
		if (!frame) return false;
		try {
			this.writeStaged(frame);
		} catch {
			// The peer is gone; ignore the error so that received data can still be read.
			this.window = 0;
		}
		return true;
	}

	/** Writes as much of a frame as the window allows. The rest waits. */
	private writeStaged(frame: ArrayBuffer): void {
		const size = frame.byteLength;
		const count = size < this.window ? size : this.window;
		if (count > 0) this.window = this.transport.write(count < size ? frame.slice(0, count) : frame) ?? 0;
		const rest = count < size ? frame.slice(count) : undefined;
		if (rest) this.waiting ??= {};
		if (this.waiting) this.waiting.staged = rest;
	}
}
