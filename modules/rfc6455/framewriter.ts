import Logical from "logical";
import { FirstOctet, Limit, Opcode, payloadCapacity, SecondOctet } from "./frame.js";

/** What the protocol needs of a connection's octets: the read and write of an ECMA-419 TCP socket. */
export interface Transport {
	/** Takes exactly `count` octets; the caller knows that they are there. */
	read(count: number): ArrayBuffer;
	/** Fills `buffer`; the caller knows that the octets are there. */
	read(buffer: Uint8Array): unknown;
	/** Takes all of `octets`, which the caller may change once the call has returned. Returns what is left of the window. */
	write(octets: ArrayBuffer | Uint8Array): number | undefined;
}

/** How write() frames its octets: ECMA-419 WebSocket Client, and one addition. */
export interface WriteOptions {
	/** Binary (default) or text. Only the first part of a message tells. */
	readonly binary?: boolean;
	/** True when further parts of the message follow. Default false. */
	readonly more?: boolean;
	/** The opcode of a control frame: close 8, ping 9, pong 10. */
	readonly opcode?: number | undefined;
	/** An addition to ECMA-419: true gives the octets away, so that they are masked in place and not copied. */
	readonly transfer?: boolean;
}

/** An addition to ECMA-419: takes data with no options to look through and, while the socket lives, no exception to catch. */
export interface DataSink {
	/**
	 * Sends a message or a part of one, in one frame.
	 * @param length The octets of `data`.
	 * @param binary Binary or text. Only the first part of a message tells.
	 * @param more True when further parts of the message follow.
	 * @param transfer True gives the octets away, so that a client masks them in place and does not copy them.
	 * @returns A length, in octets, up to which the next data fit; -1 when these cannot be sent now, and nothing has happened.
	 * @throws What the socket throws, when it has failed.
	 */
	writeData(
		data: ArrayBuffer | ArrayBufferView,
		length: number,
		binary: boolean,
		more: boolean,
		transfer: boolean,
	): number;
}

/** How far the closing handshake (RFC 6455 section 7.1) has come, in bits. */
const enum Closing {
	/** A close frame was sent, or waits for the window. */
	started = 1,
	sent = 2,
	received = 4,
	/** The peer broke the protocol or a limit. */
	fault = 8,
	/** The application was told that the WebSocket is closed. */
	announced = 16,
}

/** What waits for the window, and goes before any data: in this order. */
interface Waiting {
	/** The rest of a frame that a narrow window takes in pieces. */
	staged?: Uint8Array<ArrayBuffer> | undefined;
	/** The answer to the newest ping: older pings need none (RFC 6455 section 5.5.3). */
	pong?: Uint8Array<ArrayBuffer> | undefined;
	/** The payload of the close frame. */
	close?: Uint8Array<ArrayBuffer> | undefined;
}

/** The widest window, in octets, that is too narrow for some control frames: a client's have up to 131. */
const narrow = 130;

const defaultWriteOptions: WriteOptions = Object.freeze({});
/** The first two octets of a frame with a whole message, but for the MASK bit and the length. */
const wholeText = (FirstOctet.final | Opcode.text) << 8;
const wholeBinary = (FirstOctet.final | Opcode.binary) << 8;
// Natives by themselves: XS would search their objects for them at every call.
const { irandom } = Math;
const { xor } = Logical;

/**
 * The sending half of RFC 6455 after the opening handshake, without sockets and timers: messages and control
 * frames in, octets out. Control frames have a lane of their own: the answer to the newest ping and the close
 * frame wait here until the window takes them, and go before any data.
 */
export abstract class FrameWriter implements DataSink {
	// XS looks for a property among those of the object one after the other: few, and the busy ones first. They stand
	// as the constructor makes them, where a chain of assignments begins at its right end.
	/** Undefined before the WebSocket is open and after it has ended. */
	declare protected transport: Transport | undefined;
	/** Eight octets for headers. Only a server's key, in the last four, is kept from one call to the next. */
	declare readonly header: DataView<ArrayBuffer>;
	/** True for a client, which masks what it sends (RFC 6455 section 5.1). */
	declare readonly masks: boolean;
	/** The longest payload that is sure to fit, in octets; negative while no data may be written. */
	declare private room: number;
	/** The header of a frame with a 7-bit length, from octet 2; a client's ends with the key. */
	declare protected readonly shortHeader: Uint8Array<ArrayBuffer>;
	/**
	 * The masking key, from octet 4: a client's for the frame it sends; a server's for the frame it receives,
	 * turned so that its first octet meets the next octet of the payload.
	 */
	declare readonly key: Uint8Array<ArrayBuffer>;
	/** What the transport can take now, in octets. */
	declare private window: number;
	/** True between the parts of a message that is written in several. */
	declare private writingParts: boolean;
	/** The widest that the window has been. */
	declare private widest: number;
	/** How far the closing handshake has come: bits of `Closing`. */
	declare private closing: number;
	/** What the window has not taken yet, if anything. */
	declare private waiting: Waiting | undefined;
	/** The header of a frame with a 16-bit length, from octet 0, once it was needed; a client's ends with the key. */
	declare private longHeader: Uint8Array<ArrayBuffer> | undefined;

	/** @param masks True for a client, false for a server. */
	constructor(masks: boolean) {
		const octets = new ArrayBuffer(8);
		this.transport = undefined;
		this.header = new DataView(octets);
		this.masks = masks;
		this.room = -1;
		this.shortHeader = new Uint8Array(octets, 2, masks ? 6 : 2);
		this.key = new Uint8Array(octets, 4, 4);
		this.window = 0;
		this.writingParts = false;
		this.closing = this.widest = 0;
		this.longHeader = this.waiting = undefined;
	}

	/** Hook: a close frame was sent or waits to be; from here on the end of the connection is due. */
	protected abstract onClosing(): void;
	/** Hook: both close frames have passed. */
	protected abstract onClosed(): void;

	/** True once a close frame was sent, waits to be, or came: data can no longer be written. */
	protected get isClosing(): boolean {
		return this.closing !== 0;
	}

	/** True when a close frame has passed each way. */
	protected get isClosed(): boolean {
		const both = Closing.sent | Closing.received;
		return (this.closing & both) === both;
	}

	/**
	 * Sends a message, a part of one, or a control frame (ECMA-419 WebSocket Client).
	 * A close frame is never refused: when it does not fit, it goes out as soon as it does.
	 * @returns A length of payload, in octets, up to which the next write() takes it; onWritable tells the longest.
	 * @throws Error when the WebSocket is not open or is closing, RangeError when the frame does not fit now.
	 */
	write(data: ArrayBuffer | ArrayBufferView, options: WriteOptions = defaultWriteOptions): number {
		if (options.opcode !== undefined) return this.writeControl(options.opcode, octetsOf(data));
		const length = data.byteLength;
		const { binary, more, transfer } = options;
		const capacity = this.writeData(data, length, binary !== false, more === true, transfer === true);
		if (capacity < 0) this.refuse(length);
		return capacity;
	}

	writeData(
		data: ArrayBuffer | ArrayBufferView,
		length: number,
		binary: boolean,
		more: boolean,
		transfer: boolean,
	): number {
		if (length > this.room) return this.writeTight(data, length, binary, more, transfer);
		let start = binary ? wholeBinary : wholeText;
		if (more || this.writingParts) start = this.startOfPart(binary, more);
		const transport = this.transport as Transport;
		const header = this.header;
		const masks = this.masks;
		let octets = data as ArrayBuffer | Uint8Array;
		let head: Uint8Array = this.shortHeader;
		if (masks) {
			start |= SecondOctet.masked;
			header.setInt32(4, freshKey());
			if (!transfer) octets = octetsOf(data).slice();
		}
		if (length <= Limit.short) header.setUint16(2, start | length);
		else if (length <= Limit.medium) {
			header.setUint32(0, ((start | SecondOctet.length16) << 16) | length);
			this.longHeader ??= new Uint8Array(header.buffer, 0, masks ? 8 : 4);
			head = this.longHeader;
		} else head = this.longestHeader(start, length);
		let window = transport.write(head);
		if (length) {
			// Only now, for a connection that has failed throws at the header and leaves the payload to the next one.
			if (masks) xor(octets, this.key);
			window = transport.write(octets);
		}
		// A socket that has failed takes writes and says nothing; its error follows.
		this.window = window ?? 0;
		const room = this.window - Limit.header;
		this.room = room;
		return room > 0 ? room : this.settle();
	}

	/** writeData() for data of which it is not sure that they fit. */
	private writeTight(
		data: ArrayBuffer | ArrayBufferView,
		length: number,
		binary: boolean,
		more: boolean,
		transfer: boolean,
	): number {
		if (!this.transport || this.closing || this.waiting || !this.fits(length)) return -1;
		if (this.frameSize(length) > this.window)
			return this.writeStaged(this.startOfPart(binary, more), octetsOf(data));
		this.room = length;
		return this.writeData(data, length, binary, more, transfer);
	}

	/** The first two octets of a frame with a part of a message, or the whole of it, but for the MASK bit and the length. */
	private startOfPart(binary: boolean, more: boolean): number {
		const opcode = this.writingParts ? Opcode.continuation : binary ? Opcode.binary : Opcode.text;
		this.writingParts = more;
		return (more ? opcode : FirstOctet.final | opcode) << 8;
	}

	/** True while something waits for the window. */
	protected get isWaiting(): boolean {
		return this.waiting !== undefined;
	}

	/** True when the peer broke the protocol or a limit. */
	protected get hasFault(): boolean {
		return (this.closing & Closing.fault) !== 0;
	}

	/** Takes note that the peer broke the protocol or a limit. */
	protected noteFault(): void {
		this.closing |= Closing.fault;
	}

	/** True once the application was told that the WebSocket is closed. */
	protected get isAnnounced(): boolean {
		return (this.closing & Closing.announced) !== 0;
	}

	/** Records that the application is told so. */
	protected noteAnnounced(): void {
		this.closing |= Closing.announced;
	}

	/** Tells what the transport can take now, and sends what waited for it. Returns the octets a message may have. */
	protected grant(window: number): number {
		this.window = window;
		if (window > this.widest) this.widest = window;
		if (this.waiting) this.flush(this.waiting);
		return this.settle();
	}

	/** Lets go of the transport: nothing is written any more. */
	protected release(): void {
		this.transport = this.waiting = undefined;
		this.room = -1;
	}

	/** Answers a ping as soon as the window lets it, unless this side closes. */
	protected answerPing(payload: Uint8Array<ArrayBuffer>): void {
		if (this.closing) return;
		this.waiting ??= {};
		this.waiting.pong = payload;
		this.flush(this.waiting);
		this.settle();
	}

	/** Sends a close frame, or the first one only, as soon as the window lets it. */
	protected startClose(payload: Uint8Array<ArrayBuffer>): void {
		if (this.closing & Closing.started) return;
		this.closing |= Closing.started;
		this.room = -1;
		this.waiting ??= {};
		this.waiting.close = payload;
		this.onClosing();
		this.flush(this.waiting);
	}

	/** Takes note of the peer's close frame. */
	protected noteClose(): void {
		this.closing |= Closing.received;
		this.room = -1;
	}

	/** Answers the peer's close frame, unless it is itself the answer. */
	protected answerClose(payload: Uint8Array<ArrayBuffer>): void {
		if (!(this.closing & Closing.started)) this.startClose(payload);
		else this.finishClose();
	}

	/** The peer's close frame has come, and this side's was sent or waits to be. */
	protected finishClose(): void {
		if (!this.waiting) this.onClosed();
	}

	/** Brings `room` up to date. Returns the longest payload that fits exactly. */
	private settle(): number {
		if (!this.transport || this.closing || this.waiting) {
			this.room = -1;
			return 0;
		}
		const window = this.window;
		this.room = window - Limit.header;
		if (window <= narrow && this.isNarrow) return Limit.short;
		return payloadCapacity(window, this.masks ? Limit.key : 0);
	}

	/** A window that is always too narrow for some control frames gets short frames in pieces. */
	private get isNarrow(): boolean {
		return this.widest > 0 && this.widest <= narrow;
	}

	/** For a frame that cannot be sent now. @throws Error or RangeError as write() does. */
	private refuse(length: number): never {
		if (!this.transport || this.closing) throw new Error("the WebSocket is not open for writing");
		throw new RangeError(`${length} bytes do not fit; ${this.settle()} can be written now`);
	}

	private fits(length: number): boolean {
		return this.frameSize(length) <= this.window || (length <= Limit.short && this.isNarrow);
	}

	/** The octets of a frame with so many octets of payload. */
	private frameSize(length: number): number {
		const header = length <= Limit.short ? 2 : length <= Limit.medium ? 4 : 10;
		return (this.masks ? header + Limit.key : header) + length;
	}

	private writeControl(opcode: number, payload: Uint8Array): number {
		if (!this.transport || this.closing & Closing.started)
			throw new Error("the WebSocket is not open for writing");
		if (payload.length > Limit.short)
			throw new RangeError(`a control frame takes at most ${Limit.short} bytes, not ${payload.length}`);
		if (opcode === Opcode.close) this.startClose(payload.slice());
		else if (this.waiting || !this.sendControl(opcode, payload))
			throw new RangeError(`a control frame of ${payload.length} bytes does not fit now`);
		return this.settle();
	}

	/** Sends what waits, as far as the window lets it. */
	private flush(waiting: Waiting): void {
		if (waiting.staged) {
			waiting.staged = this.writePart(waiting.staged);
			if (waiting.staged) return;
		}
		if (waiting.pong) {
			if (!this.sendControl(Opcode.pong, waiting.pong)) return;
			waiting.pong = undefined;
			if (waiting.staged) return;
		}
		if (waiting.close) {
			if (!this.sendControl(Opcode.close, waiting.close)) return;
			waiting.close = undefined;
			this.closing |= Closing.sent;
			if (waiting.staged) return;
		}
		this.waiting = undefined;
		if (this.isClosed) this.onClosed();
	}

	/** Sends a control frame if it fits. Returns whether it did. */
	private sendControl(opcode: number, payload: Uint8Array): boolean {
		if (!this.fits(payload.length)) return false;
		try {
			this.writeStaged((FirstOctet.final | opcode) << 8, payload);
		} catch {
			// The peer has gone: what it has sent is still to be read, and is worth more than an answer to nobody.
			this.window = 0;
		}
		return true;
	}

	/** The header of a frame with a 64-bit length. */
	private longestHeader(start: number, length: number): Uint8Array {
		const octets = new Uint8Array(this.masks ? 14 : 10);
		const view = new DataView(octets.buffer);
		view.setUint16(0, start | SecondOctet.length64);
		view.setUint32(2, Math.floor(length / 0x100000000));
		view.setUint32(6, length % 0x100000000);
		if (this.masks) octets.set(this.key, 10);
		return octets;
	}

	/** Sends a short frame in one piece, or in as many as a narrow window wants. Returns as writeData() does. */
	private writeStaged(start: number, payload: Uint8Array): number {
		const { masks, header, shortHeader } = this;
		const { length } = payload;
		header.setUint16(2, start | (masks ? SecondOctet.masked | length : length));
		const frame = new Uint8Array(shortHeader.length + length);
		if (masks) header.setInt32(4, freshKey());
		frame.set(shortHeader);
		frame.set(payload, shortHeader.length);
		if (masks && length) xor(frame.subarray(shortHeader.length), this.key);
		const rest = this.writePart(frame);
		if (rest) {
			this.waiting ??= {};
			this.waiting.staged = rest;
		}
		return this.settle();
	}

	/** Writes as much as the window takes. Returns what is left of it, if anything. */
	private writePart(octets: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
		const count = Math.min(this.window, octets.length);
		if (count) this.window = (this.transport as Transport).write(octets.slice(0, count)) ?? 0;
		return count < octets.length ? octets.slice(count) : undefined;
	}
}

/** RFC 6455 section 5.3: 32 bits for every frame, from the platform's random numbers, which have 31 at a time. */
function freshKey(): number {
	return (irandom(0, 0x10000) << 16) | irandom(0, 0x10000);
}

/** The octets of a buffer or of a view of any type. */
export function octetsOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
	return ArrayBuffer.isView(data)
		? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
		: new Uint8Array(data);
}
