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
	readonly opcode?: number;
	/** An addition to ECMA-419: true gives the octets away, so that they are masked in place and not copied. */
	readonly transfer?: boolean;
}

/** How far the closing handshake (RFC 6455 section 7.1) has come, in bits. */
enum Closing {
	/** A close frame was sent, or waits for the window. */
	started = 1,
	sent = 2,
	received = 4,
}

/** The widest window, in octets, that is too narrow for frames: a client's longest header and a little payload. */
const narrow = 16;

const defaultWriteOptions: WriteOptions = Object.freeze({});

/**
 * The sending half of RFC 6455 after the opening handshake, without sockets and timers: messages and control
 * frames in, octets out. Control frames have a lane of their own: the answer to the newest ping and the close
 * frame wait here until the window takes them, and go before any data.
 */
export abstract class FrameWriter {
	// XS finds properties in the order of their creation: those that every message touches come first.
	/** Undefined before the WebSocket is open and after it has ended. */
	protected transport: Transport | undefined = undefined;
	/** What the transport can take now, in octets. */
	private window = 0;
	/** True for a client, which masks what it sends (RFC 6455 section 5.1). */
	protected readonly masks: boolean;
	/** The widest that the window has been. */
	private widest = 0;
	/** What a narrow window has not taken yet of a frame. */
	private staged: Uint8Array | undefined = undefined;
	/** True between the parts of a message that is written in several. */
	private writingParts = false;
	/** How far the closing handshake has come: bits of `Closing`. */
	private closing = 0;
	/** The header of a frame with a 7-bit length; a client's ends with the key. */
	private readonly shortHeader: Uint8Array;
	/** The header of a frame with a 16-bit length; a client's ends with the key. */
	private readonly longHeader: Uint8Array;
	/** The first two octets of a header: room for reading one, too. Nothing is kept here between calls. */
	protected readonly field: Uint8Array;
	/**
	 * The masking key: a client's for the frame it sends; a server's for the frame it receives, turned so that
	 * its first octet meets the next octet of the payload.
	 */
	protected readonly key: Uint8Array;
	/** The answer to the newest ping until the window takes it: older pings need none (RFC 6455 section 5.5.3). */
	private pendingPong: Uint8Array | undefined = undefined;
	/** The payload of the close frame until the window takes it. */
	private pendingClose: Uint8Array | undefined = undefined;

	/** @param masks True for a client, false for a server. */
	constructor(masks: boolean) {
		const octets = new ArrayBuffer(8);
		this.masks = masks;
		this.longHeader = new Uint8Array(octets, 0, masks ? 8 : 4);
		this.shortHeader = new Uint8Array(octets, 2, masks ? 6 : 2);
		this.field = masks ? new Uint8Array(octets, 2, 2) : this.shortHeader;
		this.key = new Uint8Array(octets, 4, 4);
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

	/** Tells what the transport can take now, and sends what waited for it. Returns the octets a message may have. */
	protected grant(window: number): number {
		this.window = window;
		if (window > this.widest) this.widest = window;
		if (this.staged) this.writeStaged();
		if (this.pendingPong || this.pendingClose) this.flushControl();
		return this.capacity;
	}

	/** The longest payload that write() takes now, in octets. Control frames that wait go first. */
	private get capacity(): number {
		if (this.pendingPong || this.pendingClose || this.staged) return 0;
		if (this.isNarrow) return Limit.short;
		return payloadCapacity(this.window, this.masks ? Limit.key : 0);
	}

	/** A window too narrow for a header and an octet of payload gets short frames in pieces. */
	private get isNarrow(): boolean {
		return this.widest > 0 && this.widest <= narrow;
	}

	/**
	 * Sends a message, a part of one, or a control frame (ECMA-419 WebSocket Client).
	 * A close frame is never refused: when it does not fit, it goes out as soon as it does.
	 * @returns The longest payload that the next write() takes, in octets.
	 * @throws Error when the WebSocket is not open or is closing, RangeError when the frame does not fit now.
	 */
	write(data: ArrayBuffer | ArrayBufferView, options: WriteOptions = defaultWriteOptions): number {
		if (options.opcode !== undefined) return this.sendControl(options.opcode, octetsOf(data));
		if (this.transport === undefined || this.closing)
			throw new Error("the WebSocket is not open for writing");
		const length = data.byteLength;
		if (this.pendingPong || !this.fits(length))
			throw new RangeError(`${length} octets do not fit; ${this.capacity} can be written now`);
		let first = this.writingParts
			? Opcode.continuation
			: options.binary === false
				? Opcode.text
				: Opcode.binary;
		this.writingParts = options.more === true;
		if (!this.writingParts) first |= FirstOctet.final;
		let payload = data as ArrayBuffer | Uint8Array;
		if (this.masks && options.transfer !== true) payload = octetsOf(data).slice();
		this.writeFrame(first, payload, length);
		return this.capacity;
	}

	/** Answers a ping as soon as the window lets it, unless this side closes. */
	protected answerPing(payload: Uint8Array): void {
		if (this.closing) return;
		this.pendingPong = payload;
		this.flushControl();
	}

	/** Sends a close frame, or the first one only, as soon as the window lets it. */
	protected startClose(payload: Uint8Array): void {
		if (this.closing & Closing.started) return;
		this.closing |= Closing.started;
		this.pendingClose = payload;
		this.onClosing();
		this.flushControl();
	}

	/** Takes note of the peer's close frame. */
	protected noteClose(): void {
		this.closing |= Closing.received;
	}

	/** Answers the peer's close frame, unless it is itself the answer. */
	protected answerClose(payload: Uint8Array): void {
		if (this.closing & Closing.started) this.flushControl();
		else this.startClose(payload);
	}

	private sendControl(opcode: number, payload: Uint8Array): number {
		if (!this.transport || this.closing & Closing.started)
			throw new Error("the WebSocket is not open for writing");
		if (payload.length > Limit.short)
			throw new RangeError(`a control frame takes at most ${Limit.short} octets, not ${payload.length}`);
		if (opcode === Opcode.close) this.startClose(payload.slice());
		else if (this.pendingPong || !this.writeControl(opcode, payload))
			throw new RangeError(`a control frame of ${payload.length} octets does not fit now`);
		return this.capacity;
	}

	/** Sends the control frames that wait, as far as the window lets it. */
	private flushControl(): void {
		if (this.pendingPong) {
			if (!this.writeControl(Opcode.pong, this.pendingPong)) return;
			this.pendingPong = undefined;
		}
		if (this.pendingClose) {
			if (!this.writeControl(Opcode.close, this.pendingClose)) return;
			this.pendingClose = undefined;
			this.closing |= Closing.sent;
		}
		if (this.isClosed) this.onClosed();
	}

	/** Sends a control frame if it fits. Returns whether it did. */
	private writeControl(opcode: number, payload: Uint8Array): boolean {
		if (!this.fits(payload.length)) return false;
		this.writeFrame(FirstOctet.final | opcode, payload.slice(), payload.length);
		return true;
	}

	private fits(length: number): boolean {
		const header =
			(length <= Limit.short ? 2 : length <= Limit.medium ? 4 : 10) + (this.masks ? Limit.key : 0);
		return !this.staged && (length + header <= this.window || (this.isNarrow && length <= Limit.short));
	}

	/** Sends a frame that fits; its payload is masked in place. */
	private writeFrame(first: number, payload: ArrayBuffer | Uint8Array, length: number): void {
		const transport = this.transport as Transport;
		if (this.masks) this.changeKey();
		const header = this.headerFor(first, length);
		if (this.masks && length) Logical.xor(payload, this.key);
		if (length + header.length > this.window) {
			this.staged = new Uint8Array(header.length + length);
			this.staged.set(header);
			this.staged.set(octetsOf(payload), header.length);
			this.writeStaged();
			return;
		}
		let window = transport.write(header);
		if (length) window = transport.write(payload);
		// A socket that has failed takes writes and says nothing; its error follows.
		this.window = window ?? 0;
	}

	private writeStaged(): void {
		const staged = this.staged as Uint8Array;
		const count = Math.min(this.window, staged.length);
		if (count === 0) return;
		this.window = (this.transport as Transport).write(staged.slice(0, count)) ?? 0;
		this.staged = count < staged.length ? staged.slice(count) : undefined;
	}

	private headerFor(first: number, length: number): Uint8Array {
		const mask = this.masks ? SecondOctet.masked : 0;
		if (length <= Limit.short) {
			const header = this.shortHeader;
			header[0] = first;
			header[1] = length | mask;
			return header;
		}
		if (length <= Limit.medium) {
			const header = this.longHeader;
			header[0] = first;
			header[1] = SecondOctet.length16 | mask;
			header[2] = length >> 8;
			header[3] = length;
			return header;
		}
		const header = new Uint8Array(this.masks ? 14 : 10);
		header[0] = first;
		header[1] = SecondOctet.length64 | mask;
		let rest = length;
		for (let index = 9; index > 1; index--) {
			header[index] = rest % 256;
			rest = Math.floor(rest / 256);
		}
		if (this.masks) header.set(this.key, 10);
		return header;
	}

	/** RFC 6455 section 5.3: a fresh key for every frame, from the platform's random numbers. */
	private changeKey(): void {
		const key = this.key;
		key[0] = Math.irandom(0, 256);
		key[1] = Math.irandom(0, 256);
		key[2] = Math.irandom(0, 256);
		key[3] = Math.irandom(0, 256);
	}
}

/** The octets of a buffer or of a view of any type. */
function octetsOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
	return ArrayBuffer.isView(data)
		? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
		: new Uint8Array(data);
}
