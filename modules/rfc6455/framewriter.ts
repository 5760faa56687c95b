/// <reference path="./logical.d.ts" />
import Logical from "logical";
import { bytesOf } from "./bytes.js";
import { FirstByte, Opcode, payloadCapacity, type Scratch, SecondByte, Size } from "./frame.js";
import type { Transport } from "./transport.js";

/** Bytes that wait for the window. They are sent before any data, in this order. */
interface Waiting {
	/** The rest of a frame that is sent in pieces because the window is narrow. */
	staged?: Uint8Array<ArrayBuffer> | undefined;
	/** The answer to the newest ping: older pings need none (RFC 6455 section 5.5.3). */
	pong?: Uint8Array<ArrayBuffer> | undefined;
	/** The payload of the close frame. */
	close?: Uint8Array<ArrayBuffer> | undefined;
}

/** Widest window, in bytes, that is too narrow for some control frames: a client's have up to 131. */
const narrow = 130;

/** First two bytes of a frame with a whole message, without the MASK bit and the length. */
const wholeText = (FirstByte.final | Opcode.text) << 8;
const wholeBinary = (FirstByte.final | Opcode.binary) << 8;
// Constants of the module: XS would search their objects for them at every call.
const { irandom } = Math;
const { xor } = Logical;

/**
 * Writes frames (RFC 6455 section 5) to a transport as its window allows. Control frames have priority: the answer to the
 * newest ping and the close frame wait here until they fit the window, and are sent before any data.
 */
export class FrameWriter {
	private readonly transport: Transport;
	private readonly scratch: Scratch;
	/** True for a client, which masks what it sends (RFC 6455 section 5.1). */
	private readonly masks: boolean;
	/** Longest payload that is sure to fit, in bytes; negative while no data may be written. */
	private room: number;
	/** Send window of the transport, in bytes; -1 after a failed write, until the window changes. */
	private window: number;
	/** The widest that the window has been. */
	private widest: number;
	/** Longest payload of one frame in the widest window so far, in bytes. */
	widestCapacity: number;
	/** True between the parts of a message. */
	private writingParts: boolean;
	/** True when a frame was written in part only: the connection must end. */
	isBroken?: boolean;
	/** True once endData() was called: no data, pings and pongs are written. */
	private closing: boolean;
	/** Bytes that wait for the window, if any. */
	private waiting: Waiting | undefined;

	/**
	 * @param masks True for a client, false for a server.
	 * @param window Send window of the transport, in bytes.
	 */
	constructor(transport: Transport, scratch: Scratch, masks: boolean, window: number) {
		this.transport = transport;
		this.scratch = scratch;
		this.masks = masks;
		this.room = -1;
		this.window = 0;
		this.widest = 0;
		this.widestCapacity = 0;
		this.writingParts = false;
		this.closing = false;
		this.waiting = undefined;
		this.grant(window);
	}

	/**
	 * Writes a message, or a part of one, as one frame.
	 * @param length Bytes of `data`.
	 * @param binary True for binary, false for text. Only used in the first part of a message.
	 * @param more True when further parts of the message follow.
	 * @param transfer True to transfer the bytes: a client masks them in place instead of copying them.
	 * @returns Capacity for the next data, in bytes; -1, without side effects, if these data cannot be written now.
	 */
	write(
		data: ArrayBuffer | ArrayBufferView,
		length: number,
		binary: boolean,
		more: boolean,
		transfer: boolean,
	): number {
		if (length > this.room) return this.writeTight(data, length, binary, more, transfer);
		const transport = this.transport;
		const scratch = this.scratch;
		const header = scratch.header;
		const masks = this.masks;
		let start = binary ? wholeBinary : wholeText;
		if (more || this.writingParts) start = this.startOfPart(binary, more);
		let bytes = data as ArrayBuffer | Uint8Array;
		let head: Uint8Array = scratch.shortHeader;
		if (masks) {
			start |= SecondByte.masked;
			header.setInt32(4, freshKey());
			if (!transfer) bytes = bytesOf(data).slice();
		}
		if (length <= Size.short) header.setUint16(2, start | length);
		else if (length <= Size.medium) {
			header.setUint32(0, ((start | SecondByte.length16) << 16) | length);
			head = scratch.longHeader;
		} else head = this.longestHeader(start, length);
		let window: number | undefined = -1;
		try {
			window = transport.write(head);
			if (length) {
				// Mask after the header is written: if that throws, the payload must stay unmasked for the next connection.
				if (masks) xor(bytes, scratch.key);
				window = transport.write(bytes);
			}
		} catch (error) {
			return this.fail(error, window !== -1);
		}
		// A socket that has failed may accept data and return nothing; its error follows.
		this.window = window ?? 0;
		const room = this.window - Size.header;
		this.room = room;
		return room > 0 ? room : this.settle();
	}

	/** Longest payload that one frame can have now, in bytes; 0 when none can be written. */
	get capacity(): number {
		return this.closing || this.waiting ? 0 : this.capacityOf(this.window);
	}

	/** True while a control frame waits for the window. */
	get isWaiting(): boolean {
		return this.waiting !== undefined;
	}

	/** Sets the window and writes the bytes that wait for it. Returns the capacity. */
	grant(window: number): number {
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
		const written = this.writeControl(opcode, bytesOf(payload));
		this.settle();
		return written;
	}

	/** Answers a ping as soon as the window allows. */
	pong(payload: Uint8Array<ArrayBuffer>): void {
		if (this.closing) return;
		this.waiting ??= {};
		this.waiting.pong = payload;
		this.flush(this.waiting);
		this.settle();
	}

	/** Writes the close frame as soon as the window allows. Called once. */
	close(payload: Uint8Array<ArrayBuffer>): void {
		this.endData();
		this.waiting ??= {};
		this.waiting.close = payload;
		this.flush(this.waiting);
	}

	/** Slow path: the data may not fit. */
	private writeTight(
		data: ArrayBuffer | ArrayBufferView,
		length: number,
		binary: boolean,
		more: boolean,
		transfer: boolean,
	): number {
		if (this.closing || this.waiting || !this.fits(length)) return -1;
		if (this.frameSize(length) > this.window) {
			try {
				return this.writeStaged(this.startOfPart(binary, more), bytesOf(data));
			} catch (error) {
				return this.fail(error, false);
			}
		}
		this.room = length;
		return this.write(data, length, binary, more, transfer);
	}

	/**
	 * Handles an exception of a write: the connection has failed, or the platform has no memory. Returns -1.
	 * @param isPartial True if the header was written and the payload was not: no other frame may follow.
	 */
	private fail(error: unknown, isPartial: boolean): -1 {
		// A failed socket throws a plain Error. A TypeError or ReferenceError is a bug, which must not be hidden.
		if (error instanceof TypeError || error instanceof ReferenceError) trace(`xs-web-socket: ${error}\n`);
		if (isPartial) {
			this.isBroken = true;
			this.endData();
		}
		this.window = -1;
		this.room = -1;
		return -1;
	}

	/** First two bytes of a frame with a part of a message, without the MASK bit and the length. */
	private startOfPart(binary: boolean, more: boolean): number {
		const opcode = this.writingParts ? Opcode.continuation : binary ? Opcode.binary : Opcode.text;
		this.writingParts = more;
		return (more ? opcode : FirstByte.final | opcode) << 8;
	}

	/** Updates `room`. Returns the capacity. */
	private settle(): number {
		if (this.closing || this.waiting) {
			this.room = -1;
			return 0;
		}
		this.room = this.window - Size.header;
		return this.capacityOf(this.window);
	}

	private capacityOf(window: number): number {
		if (window >= 0 && window <= narrow && this.isNarrow) return Size.short;
		return payloadCapacity(window, this.masks ? Size.key : 0);
	}

	/** True if the window is always too narrow for some control frames: then short frames are sent in pieces. */
	private get isNarrow(): boolean {
		return this.widest > 0 && this.widest <= narrow;
	}

	private fits(length: number): boolean {
		if (this.frameSize(length) <= this.window) return true;
		return this.window >= 0 && length <= Size.short && this.isNarrow;
	}

	/** Returns the size of a frame with `length` bytes of payload. */
	private frameSize(length: number): number {
		const header = length <= Size.short ? 2 : length <= Size.medium ? 4 : 10;
		return (this.masks ? header + Size.key : header) + length;
	}

	/** Writes the waiting bytes while the window allows. */
	private flush(waiting: Waiting): void {
		if (waiting.staged) {
			waiting.staged = this.writePart(waiting.staged);
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
	private writeControl(opcode: number, payload: Uint8Array): boolean {
		if (!this.fits(payload.length)) return false;
		try {
			this.writeStaged((FirstByte.final | opcode) << 8, payload);
		} catch {
			// The peer is gone; ignore the error so that received data can still be read.
			this.window = 0;
		}
		return true;
	}

	/** Header of a frame with a 64-bit length. */
	private longestHeader(start: number, length: number): Uint8Array {
		const bytes = new Uint8Array(this.masks ? 14 : 10);
		const view = new DataView(bytes.buffer);
		view.setUint16(0, start | SecondByte.length64);
		view.setUint32(2, Math.floor(length / 0x100000000));
		view.setUint32(6, length % 0x100000000);
		if (this.masks) bytes.set(this.scratch.key, 10);
		return bytes;
	}

	/** Writes a short frame in one piece, or in as many as a narrow window needs. Returns the capacity. */
	private writeStaged(start: number, payload: Uint8Array): number {
		const { masks, scratch } = this;
		const { shortHeader, header } = scratch;
		const { length } = payload;
		header.setUint16(2, start | (masks ? SecondByte.masked | length : length));
		const frame = new Uint8Array(shortHeader.length + length);
		if (masks) header.setInt32(4, freshKey());
		frame.set(shortHeader);
		frame.set(payload, shortHeader.length);
		if (masks && length) xor(frame.subarray(shortHeader.length), scratch.key);
		const rest = this.writePart(frame);
		if (rest) {
			this.waiting ??= {};
			this.waiting.staged = rest;
		}
		return this.settle();
	}

	/** Writes as much as the window allows. Returns the rest, if any. */
	private writePart(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
		const count = Math.min(this.window, bytes.length);
		if (count > 0) this.window = this.transport.write(bytes.slice(0, count)) ?? 0;
		return count < bytes.length ? bytes.slice(Math.max(count, 0)) : undefined;
	}
}

/** Returns 32 random bits (RFC 6455 section 5.3). Math.irandom yields 31 bits, so two calls are combined. */
function freshKey(): number {
	return (irandom(0, 0x10000) << 16) | irandom(0, 0x10000);
}
