/// <reference path="./logical.d.ts" />
import Logical from "logical";
import { CloseCode, closePayload, isSendableCloseCode } from "./closecode.js";
import { FirstOctet, Limit, Opcode, SecondOctet } from "./frame.js";
import { FrameWriter, type Transport } from "./framewriter.js";
import { TextReader } from "./utf8.js";

/** What onReadable tells about the octets that may be read: ECMA-419 WebSocket Client. */
export interface ReadableInfo {
	/** False for the last octets of a message. */
	readonly more: boolean;
	/** True in a binary message, false in text. */
	readonly binary: boolean;
}

/** Where the reader of frames stands: which field of RFC 6455 section 5.2 it takes next. */
const enum Step {
	start,
	payload,
	key,
	length16,
	length64,
	control,
	/** The protocol has ended: octets are taken and dropped. */
	discard,
}

const textPart: ReadableInfo = Object.freeze({ more: true, binary: false });
const textEnd: ReadableInfo = Object.freeze({ more: false, binary: false });
const binaryPart: ReadableInfo = Object.freeze({ more: true, binary: true });
const binaryEnd: ReadableInfo = Object.freeze({ more: false, binary: true });
/**
 * RFC 6455 after the opening handshake, without sockets and timers: octets in, messages and control frames
 * out, and the reverse. A subclass connects it to a socket by calling receive() and grant(), and to an
 * application by implementing the hooks.
 *
 * Payload is taken from the transport in the pieces in which it comes; the next piece is not touched before
 * the last one was taken with read(), so nothing piles up here and the peer feels the back pressure.
 */
export abstract class Protocol extends FrameWriter {
	/** The piece of a message that read() gives out. */
	private data: ArrayBuffer | string | undefined = undefined;
	private step: Step = Step.start;
	/** What the transport holds and nobody has taken, in octets. */
	private available = 0;
	/** The opcode of the message under way, 0 between messages. */
	private message = 0;
	/** Two octets of `header`, from octet 2, to read fields of headers into. */
	private readonly field: Uint8Array;
	/** The first two octets of a text message in one frame, but for its length. */
	private readonly wholeText: number;
	private readonly textReader = new TextReader();
	private readonly givesStrings: boolean;
	private readonly maxMessageSize: number;
	/** True when receive() has stopped at a piece of data that nobody has taken. */
	private blocked = false;
	/** Octets of the current frame's payload that are still to come. */
	private remaining = 0;
	/** The first octet of the current frame. */
	private first = 0;
	/** Octets of the message under way, the current frame included. */
	private messageLength = 0;
	/** Octets of the field under way that have come, when a field comes in pieces. */
	private filled = 0;
	/** The first octet of a word of which only that one has come. */
	private partial = 0;
	/** Words of a 64-bit length that have come. */
	private words = 0;
	/** The payload of a control frame that comes in. */
	private control: Uint8Array<ArrayBuffer> | undefined = undefined;

	/**
	 * @param masks True for a client, false for a server (RFC 6455 section 5.1).
	 * @param givesStrings True when read() gives text as strings.
	 * @param maxMessageSize The longest message that is received, in octets.
	 */
	constructor(masks: boolean, givesStrings: boolean, maxMessageSize: number) {
		super(masks);
		this.field = masks ? new Uint8Array(this.header.buffer, 2, 2) : this.shortHeader;
		this.wholeText = ((FirstOctet.final | Opcode.text) << 8) | (masks ? 0 : SecondOctet.masked);
		this.givesStrings = givesStrings;
		this.maxMessageSize = maxMessageSize;
	}

	/** Hook: `count` octets of a message may be taken with read(). */
	protected abstract onData(count: number, info: ReadableInfo): void;
	/** Hook: a control frame came. Its answer, if it needs one, is on its way. */
	protected abstract onControlFrame(opcode: number, payload: ArrayBuffer): void;
	/** Hook: the peer broke the protocol or a limit; a close frame with this code is on its way. */
	protected abstract onFault(code: CloseCode, message: string): void;
	/** Hook: read() has emptied the last piece outside of a callback, and receive() is to go on later. */
	protected abstract onDrained(): void;

	/** Takes in what the transport holds: `available` octets in all. */
	protected receive(available: number): void {
		this.available = available;
		if (!this.blocked) while (this.advance());
	}

	/** Continues where a piece of data that nobody had taken yet stopped receive(). */
	protected resume(): void {
		this.blocked = false;
		this.receive(this.available);
	}

	/**
	 * Takes the octets announced by onData, at once or in parts.
	 * @param amount A number of octets, or a buffer to be filled, as far as there is data; default: all there is.
	 * @returns The octets, or the text where strings are given; for a buffer, how many octets it got;
	 *   undefined when there is nothing.
	 */
	read(): ArrayBuffer | string | undefined;
	read(count: number): ArrayBuffer | string | undefined;
	read(buffer: ArrayBuffer | Uint8Array): number | undefined;
	read(amount?: number | ArrayBuffer | Uint8Array): ArrayBuffer | string | number | undefined {
		const data = this.data;
		if (data === undefined) return undefined;
		this.data = undefined;
		if (amount === undefined && !this.blocked) return data;
		let result: ArrayBuffer | string | number = data;
		if (amount !== undefined && typeof data !== "string") {
			const wanted = typeof amount === "number" ? amount : amount.byteLength;
			if (wanted < data.byteLength) this.data = data.slice(wanted);
			result = data.slice(0, wanted);
			if (typeof amount !== "number") {
				const target = ArrayBuffer.isView(amount) ? amount : new Uint8Array(amount);
				target.set(new Uint8Array(result));
				result = result.byteLength;
			}
		}
		if (this.blocked && this.data === undefined) this.onDrained();
		return result;
	}

	/** Takes the next step. Returns false when it needs octets that have not come, or an application that reads. */
	private advance(): boolean {
		switch (this.step) {
			case Step.start:
				return this.takeStart();
			case Step.payload:
				return this.takePayload();
			case Step.key:
				return this.takeKey();
			case Step.length16:
				return this.takeLength16();
			case Step.length64:
				return this.takeLength64();
			case Step.control:
				return this.takeControl();
			default:
				if (this.available) this.transport?.read(this.available);
				this.available = 0;
				return false;
		}
	}

	/** The first two octets of a frame: FIN, RSV, opcode, MASK, and the length or how it is told. */
	private takeStart(): boolean {
		const word = this.takeWord();
		if (word < 0) return false;
		// Most frames are short whole messages of text that have come whole: they pass every check below.
		const whole = word ^ this.wholeText;
		if (whole <= Limit.short && whole + Limit.key <= this.available && this.message === 0)
			return this.takeWholeText(whole);
		const first = word >> 8;
		const length = word & SecondOctet.length;
		const opcode = first & FirstOctet.opcode;
		this.first = first;
		if (first & FirstOctet.reserved)
			return this.protocolError("a reserved bit is set, but no extension is in use");
		if ((word & SecondOctet.masked) === (this.masks ? SecondOctet.masked : 0))
			return this.protocolError(
				this.masks ? "a frame from the server is masked" : "a frame from the client is not masked",
			);
		if (opcode & FirstOctet.control) return this.startControl(opcode, length);
		if (opcode > Opcode.binary) return this.protocolError(`the opcode ${opcode} is reserved`);
		if (opcode !== Opcode.continuation) {
			if (this.message) return this.protocolError("a message begins before the last one has ended");
			this.message = opcode;
			this.messageLength = 0;
		} else if (!this.message) return this.protocolError("a frame continues a message that has not begun");
		if (length <= Limit.short) return this.startPayload(length);
		this.remaining = 0;
		this.words = 0;
		this.step = length === SecondOctet.length16 ? Step.length16 : Step.length64;
		return true;
	}

	private takeLength16(): boolean {
		const length = this.takeWord();
		if (length < 0) return false;
		if (length <= Limit.short)
			return this.protocolError(`the length ${length} is told in 16 bits instead of 7`);
		return this.startPayload(length);
	}

	/** Four words, for bitwise operators end at 32 bits. A double holds every length that any limit lets pass. */
	private takeLength64(): boolean {
		const word = this.takeWord();
		if (word < 0) return false;
		if (this.words === 0 && word > 0x7fff)
			return this.protocolError("the highest bit of a 64-bit length is set");
		this.remaining = this.remaining * 0x10000 + word;
		if (++this.words < 4) return true;
		if (this.remaining <= Limit.medium)
			return this.protocolError(`the length ${this.remaining} is told in 64 bits instead of fewer`);
		return this.startPayload(this.remaining);
	}

	/** The limit holds from here, before a single octet of the payload is taken or room is made for it. */
	private startPayload(length: number): boolean {
		const messageLength = this.messageLength + length;
		this.messageLength = messageLength;
		if (messageLength > this.maxMessageSize)
			return this.fail(
				CloseCode.messageTooBig,
				`a message has ${messageLength} octets or more, the limit is ${this.maxMessageSize}`,
			);
		this.remaining = length;
		this.step = this.masks ? Step.payload : Step.key;
		return true;
	}

	private takeKey(): boolean {
		if (!this.takeField(this.key, Limit.key)) return false;
		this.step = this.control ? Step.control : Step.payload;
		return true;
	}

	private takePayload(): boolean {
		const remaining = this.remaining;
		let count = this.available;
		if (count >= remaining) {
			count = remaining;
			this.step = Step.start;
		} else if (count === 0) return false;
		const ended = count === remaining;
		const last = ended && this.first >= FirstOctet.final;
		// An empty frame tells nothing, unless it ends its message.
		if (count === 0 && !last) return true;
		const octets = count ? (this.transport as Transport).read(count) : new ArrayBuffer(0);
		this.available -= count;
		this.remaining = remaining - count;
		if (!this.masks && count) {
			Logical.xor(octets, this.key);
			if (!ended) turn(this.key, count);
		}
		if (this.message === Opcode.text) return this.give(octets, count, last);
		if (last) this.message = 0;
		if (count) this.data = octets;
		this.onData(count, last ? binaryEnd : binaryPart);
		return this.goesOn();
	}

	private takeWholeText(length: number): boolean {
		if (length > this.maxMessageSize || length === 0) {
			this.first = FirstOctet.final;
			this.message = Opcode.text;
			this.messageLength = 0;
			return this.startPayload(length);
		}
		const transport = this.transport as Transport;
		let octets: ArrayBuffer;
		if (this.masks) octets = transport.read(length);
		else {
			transport.read(this.key);
			octets = transport.read(length);
			Logical.xor(octets, this.key);
			this.available -= Limit.key;
		}
		this.available -= length;
		return this.give(octets, length, true);
	}

	/** Gives a piece of text to the application, if it is UTF-8. */
	private give(octets: ArrayBuffer, count: number, last: boolean): boolean {
		let text: string;
		try {
			text = this.textReader.decode(octets, last);
		} catch {
			return this.fail(CloseCode.invalidData, "a text message is not UTF-8");
		}
		if (last) this.message = 0;
		if (count) this.data = this.givesStrings ? text : octets;
		this.onData(count, last ? textEnd : textPart);
		return this.goesOn();
	}

	/** Whether there is more to do after the application was told of data. */
	private goesOn(): boolean {
		if (this.data === undefined) return this.available > 0 && this.transport !== undefined;
		this.blocked = true;
		return false;
	}

	private startControl(opcode: number, length: number): boolean {
		if (opcode > Opcode.pong) return this.protocolError(`the opcode ${opcode} is reserved`);
		if (this.first < FirstOctet.final) return this.protocolError("a control frame is fragmented");
		if (length > Limit.short) return this.protocolError("a control frame has more than 125 octets");
		this.control = new Uint8Array(length);
		this.step = this.masks ? Step.control : Step.key;
		return true;
	}

	private takeControl(): boolean {
		const payload = this.control as Uint8Array<ArrayBuffer>;
		if (!this.takeField(payload, payload.length)) return false;
		this.control = undefined;
		this.step = Step.start;
		if (!this.masks && payload.length) Logical.xor(payload, this.key);
		const opcode = this.first & FirstOctet.opcode;
		if (opcode === Opcode.close) return this.takeClose(payload);
		if (opcode === Opcode.ping) this.answerPing(payload.slice());
		this.onControlFrame(opcode, payload.buffer);
		return this.transport !== undefined;
	}

	/** RFC 6455 section 5.5.1: the code is checked, the reason too, and the answer repeats both. */
	private takeClose(payload: Uint8Array<ArrayBuffer>): boolean {
		if (payload.length === 1) return this.protocolError("a close frame has one octet; a code has two");
		if (payload.length > 1) {
			const code = ((payload[0] as number) << 8) | (payload[1] as number);
			if (!isSendableCloseCode(code)) return this.protocolError(`the close code ${code} must not be sent`);
			try {
				new TextReader().decode(payload.buffer.slice(2), true);
			} catch {
				return this.fail(CloseCode.invalidData, "the reason of a close frame is not UTF-8");
			}
		}
		this.noteClose();
		this.step = Step.discard;
		this.onControlFrame(Opcode.close, payload.buffer);
		if (this.transport) this.answerClose(payload.slice());
		return this.transport !== undefined;
	}

	private protocolError(message: string): boolean {
		return this.fail(CloseCode.protocolError, message);
	}

	/** RFC 6455 section 7.1.7: every violation ends here. */
	private fail(code: CloseCode, message: string): boolean {
		this.step = Step.discard;
		this.startClose(closePayload(code, message));
		this.onFault(code, message);
		return this.transport !== undefined;
	}

	/** Takes two octets of a header, together or one by one. Returns -1 while they have not come. */
	private takeWord(): number {
		const transport = this.transport as Transport;
		if (this.available >= 2 && this.filled === 0) {
			transport.read(this.field);
			this.available -= 2;
			return this.header.getUint16(2);
		}
		if (this.available === 0) return -1;
		const octet = new Uint8Array(transport.read(1))[0] as number;
		this.available--;
		if (this.filled) {
			this.filled = 0;
			return (this.partial << 8) | octet;
		}
		this.partial = octet;
		this.filled = 1;
		return this.takeWord();
	}

	/** Fills a field that keeps what it has got, together or in pieces. Returns whether it is full. */
	private takeField(field: Uint8Array, size: number): boolean {
		const transport = this.transport as Transport;
		const missing = size - this.filled;
		const count = this.available < missing ? this.available : missing;
		if (count === size && size) transport.read(field);
		else if (count) field.set(new Uint8Array(transport.read(count)), this.filled);
		this.available -= count;
		this.filled = count < missing ? this.filled + count : 0;
		return count === missing;
	}
}

/** Turns a key so that its first octet is the one that follows `count` octets of payload. */
function turn(key: Uint8Array, count: number): void {
	for (let times = count & 3; times > 0; times--) {
		const first = key[0] as number;
		key.copyWithin(0, 1);
		key[3] = first;
	}
}
