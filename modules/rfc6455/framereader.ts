/// <reference path="./logical.d.ts" />
import Logical from "logical";
import { CloseCode } from "./closecode.js";
import { FieldReader } from "./fieldreader.js";
import { FirstByte, Opcode, SecondByte, Size } from "./frame.js";
import { MessageBuffer } from "./messagebuffer.js";
import type { ControlListener, MessageListener, ParserSettings } from "./parsing.js";
import { Utf8Check } from "./utf8.js";

/** The parser that a reader works for. Any callback may close the reader. */
export interface FrameReaderOwner {
	readonly settings: ParserSettings;
	/** True when the peer's frames are masked. */
	readonly masked: boolean;
	readonly listener: MessageListener;
	readonly control: ControlListener;
	/** Reports a violation, after skip(). */
	fail(code: CloseCode, message: string): void;
}

/** The field of a frame (RFC 6455 section 5.2) that is read next. */
const enum Step {
	start,
	payload,
	key,
	length16,
	length64,
	control,
	/** The protocol has ended: bytes are dropped. */
	drop,
	/** This state and the following: after a violation, frames are skipped to find the peer's close frame. */
	skipStart,
	skipLength16,
	skipLength64,
	skipPayload,
}

/**
 * Reads frames (RFC 6455 section 5.2) field by field, in whatever pieces they arrive, checks everything that a header
 * shows, and collects messages. The slow path of a FrameParser.
 */
export class FrameReader extends FieldReader {
	private next: Step;
	/** First byte of the current frame. */
	private first: number;
	/** Bytes of the current frame's payload that have not been read. */
	private remaining: number;
	/** Opcode of the unfinished message, 0 between messages; while frames are skipped, opcode of the frame. */
	private message: number;
	private readonly owner: FrameReaderOwner;
	/** Length of the unfinished message in bytes, including the current frame. */
	private messageLength: number;
	/** True if the unfinished message is passed on in pieces instead of being collected. */
	private inPieces: boolean;
	/** True to drop messages instead of collecting them: this side closes. */
	private dropping: boolean;
	/** Number of words of a 64-bit length that have been read. */
	private words: number;
	/** The unfinished message, if it is collected. */
	private buffer: MessageBuffer | undefined;
	/** Checks the unfinished message, if it is text in pieces. */
	private check: Utf8Check | undefined;
	/** Payload of the current control frame. */
	private control: Uint8Array<ArrayBuffer> | undefined;
	/** Masking key, rotated so that its first byte applies to the next byte of the payload. */
	private readonly key: Uint8Array | undefined;

	constructor(owner: FrameReaderOwner) {
		super(owner.settings.word);
		this.next = Step.start;
		this.first = 0;
		this.remaining = 0;
		this.message = 0;
		this.owner = owner;
		this.messageLength = 0;
		this.inPieces = false;
		this.dropping = false;
		this.words = 0;
		this.buffer = undefined;
		this.check = undefined;
		this.control = undefined;
		this.key = owner.masked ? new Uint8Array(Size.key) : undefined;
	}

	protected override step(): boolean {
		switch (this.next) {
			case Step.start:
				return this.takeFirstWord(this.takeWord());
			case Step.payload:
				return this.takePayload();
			case Step.key:
				return this.takeKey();
			case Step.length16:
				return this.takeLength16(this.takeWord());
			case Step.length64:
				return this.takeLength64();
			case Step.control:
				return this.takeControl();
			case Step.drop:
				this.dropBytes(this.available);
				return false;
			default:
				return this.skipStep();
		}
	}

	/** True between messages, when no state has to be kept. */
	get isIdle(): boolean {
		const between = this.next === Step.start && this.message === 0 && this.filled === 0;
		return between && !this.paused && !this.dropping && this.transport !== undefined;
	}

	/** Size of the buffer of the unfinished message, in bytes; 0 when there is none. */
	get buffered(): number {
		return this.buffer?.bytes.length ?? 0;
	}

	/** Returns the complete message, once. The reader keeps no reference to it. */
	takeMessage(strings: boolean): ArrayBuffer | string {
		const { buffer } = this;
		this.buffer = undefined;
		if (!buffer) return new ArrayBuffer(0);
		return strings && buffer.check ? String.fromArrayBuffer(buffer.bytes.buffer) : buffer.bytes.buffer;
	}

	/** Drops the unfinished message and those that follow; control frames are still read. */
	dropMessages(): void {
		this.buffer = undefined;
		this.dropping = true;
	}

	/** Drops the unfinished message and all bytes that follow. */
	dropAll(): void {
		this.buffer = undefined;
		this.next = Step.drop;
	}

	/**
	 * Drops the unfinished message and all bytes that follow a violation, as RFC 6455 section 7.1.7 requires. Headers are
	 * still read to find the peer's close frame, which ends the connection.
	 */
	skip(): void {
		this.buffer = undefined;
		if (this.next === Step.start && this.filled === 0) this.next = Step.skipStart;
		else if (this.next === Step.payload) this.next = Step.skipPayload;
		else if (this.next < Step.skipStart) this.next = Step.drop;
	}

	override close(): void {
		super.close();
		this.buffer = undefined;
	}

	// Each of the following methods executes one step. It returns false when bytes are missing.

	/** Checks the first two bytes of a frame: FIN, RSV, opcode, MASK, and the length or its size. */
	private takeFirstWord(word: number): boolean {
		if (word < 0) return false;
		const first = word >> 8;
		const length = word & SecondByte.length;
		const opcode = first & FirstByte.opcode;
		const { listener, masked, settings } = this.owner;
		this.first = first;
		if (first & FirstByte.reserved)
			return this.refuseFrame(word, "a reserved bit is set, but no extension is in use");
		if ((word & SecondByte.masked) !== (masked ? SecondByte.masked : 0))
			return this.refuseFrame(
				word,
				masked ? "a frame from the client is not masked" : "a frame from the server is masked",
			);
		if (opcode & FirstByte.control) return this.startControl(opcode, length, word);
		if (opcode > Opcode.binary) return this.refuseFrame(word, `the opcode ${opcode} is reserved`);
		if (opcode !== Opcode.continuation) {
			if (this.message) return this.refuseFrame(word, "a new message starts inside a fragmented one");
			this.message = opcode;
			this.messageLength = 0;
			this.inPieces = settings.pieces || (opcode === Opcode.binary && listener.onPiece !== undefined);
		} else if (!this.message)
			return this.refuseFrame(word, "a continuation frame has no message to continue");
		if (length <= Size.short) return this.startPayload(length);
		this.remaining = 0;
		this.words = 0;
		this.next = length === SecondByte.length16 ? Step.length16 : Step.length64;
		return true;
	}

	private takeLength16(length: number): boolean {
		if (length < 0) return false;
		if (length <= Size.short)
			return this.refusePayload(
				CloseCode.protocolError,
				`non-minimal length encoding: ${length} in 16 bits`,
				length,
			);
		return this.startPayload(length);
	}

	private takeKey(): boolean {
		if (!this.takeField(this.key as Uint8Array)) return false;
		this.next = this.control ? Step.control : Step.payload;
		return true;
	}

	/** Reads four words, because bitwise operators end at 32 bits. A double holds every length that any limit allows. */
	private takeLength64(): boolean {
		const word = this.takeWord();
		if (word < 0) return false;
		if (this.words === 0 && word > 0x7fff)
			return this.refusePayload(
				CloseCode.protocolError,
				"the highest bit of a 64-bit length is set",
				Number.POSITIVE_INFINITY,
			);
		this.remaining = this.remaining * 0x10000 + word;
		if (++this.words < 4) return true;
		if (this.remaining <= Size.medium)
			return this.refusePayload(
				CloseCode.protocolError,
				`non-minimal length encoding: ${this.remaining} in 64 bits`,
				this.remaining,
			);
		return this.startPayload(this.remaining);
	}

	/** Enforces maxMessageSize before any of the payload is read and any memory allocated. */
	private startPayload(length: number): boolean {
		const { settings, masked } = this.owner;
		const messageLength = this.messageLength + length;
		this.messageLength = messageLength;
		// A message of which the settings do not request pieces is of any length if its listener does.
		const limit = this.inPieces && !settings.pieces ? Number.MAX_SAFE_INTEGER : settings.maxMessageSize;
		if (messageLength > limit)
			return this.refusePayload(
				CloseCode.messageTooBig,
				`a message has ${messageLength} bytes or more; maxMessageSize is ${limit}`,
				length,
			);
		if (!this.inPieces && !this.dropping && !this.makeRoom(messageLength))
			return this.refusePayload(
				CloseCode.messageTooBig,
				`there is no memory for a message of ${messageLength} bytes beside the unfinished ones of other connections`,
				length,
			);
		this.remaining = length;
		this.next = masked ? Step.key : Step.payload;
		return true;
	}

	/** Makes room for a message of `messageLength` bytes, and for more if this is not its last frame. */
	private makeRoom(messageLength: number): boolean {
		const { settings, listener } = this.owner;
		const final = this.first >= FirstByte.final;
		const size = MessageBuffer.sizeFor(messageLength, this.buffered, final, settings.maxMessageSize);
		if (size !== this.buffered && !listener.mayBuffer(size)) return false;
		this.buffer ??= new MessageBuffer(this.message === Opcode.text);
		this.buffer.setSize(size);
		return true;
	}

	/** Reads the available payload of a data frame. */
	private takePayload(): boolean {
		const most = this.inPieces && this.remaining > Size.segment ? Size.segment : this.remaining;
		const count = this.available < most ? this.available : most;
		const ended = count === this.remaining;
		if (count === 0 && !ended) return false;
		const last = ended && this.first >= FirstByte.final;
		if (ended) this.next = Step.start;
		this.available -= count;
		this.remaining -= count;
		const { buffer } = this;
		if (!buffer) return this.passPiece(count, ended, last);
		if (count) {
			const piece = buffer.next(count);
			this.readInto(piece, ended);
			buffer.length += count;
			if (buffer.check?.push(piece) === false) return this.refuseText();
		}
		if (!last) this.owner.listener.onActivity();
		else if (buffer.check?.isWhole === false) return this.refuseText();
		else {
			this.message = 0;
			this.owner.listener.onMessage(undefined, buffer.bytes.length, !buffer.check);
			this.buffer = undefined;
		}
		return true;
	}

	/** Passes on a piece of a message that is not collected, or drops it. */
	private passPiece(count: number, ended: boolean, last: boolean): boolean {
		const binary = this.message === Opcode.binary;
		if (last) this.message = 0;
		const { listener } = this.owner;
		if (this.dropping || !this.inPieces) {
			if (count) this.transport?.read(count);
			return true;
		}
		// An empty frame has no piece, unless it ends its message.
		if (count === 0 && !last) return true;
		const piece = new Uint8Array(count);
		if (count) this.readInto(piece, ended);
		if (!binary) {
			this.check ??= new Utf8Check();
			if (!this.check.push(piece) || (last && !this.check.isWhole)) return this.refuseText();
			if (last) this.check = undefined;
		}
		listener.onPiece?.(piece.buffer, binary, last);
		return true;
	}

	/** Fills a piece of payload, and unmasks it. */
	private readInto(piece: Uint8Array<ArrayBuffer>, ended: boolean): void {
		this.transport?.read(piece);
		const { key } = this;
		if (!key) return;
		Logical.xor(piece, key);
		if (!ended) turn(key, piece.length);
	}

	private refuseText(): boolean {
		this.skipPayload(this.remaining, false);
		this.owner.fail(CloseCode.invalidData, "a text message is not UTF-8");
		return true;
	}

	private startControl(opcode: number, length: number, word: number): boolean {
		if (opcode > Opcode.pong) return this.refuseFrame(word, `the opcode ${opcode} is reserved`);
		if (this.first < FirstByte.final) return this.refuseFrame(word, "a control frame is fragmented");
		if (length > Size.short) return this.refuseFrame(word, "a control frame has more than 125 bytes");
		this.control = new Uint8Array(length);
		this.next = this.key ? Step.key : Step.control;
		return true;
	}

	private takeControl(): boolean {
		const payload = this.control as Uint8Array<ArrayBuffer>;
		if (!this.takeField(payload)) return false;
		this.control = undefined;
		this.next = Step.start;
		if (this.key && payload.length) Logical.xor(payload, this.key);
		this.owner.control.onControl(this.first & FirstByte.opcode, payload);
		return true;
	}

	/** Reports a violation in the first two bytes of a frame. Returns true. */
	private refuseFrame(word: number, message: string): boolean {
		this.skipFrame(word);
		this.owner.fail(CloseCode.protocolError, message);
		return true;
	}

	/** Reports a violation in a frame with `rest` unread bytes of payload. Returns true. */
	private refusePayload(code: CloseCode, message: string, rest: number): boolean {
		this.skipPayload(rest, this.key !== undefined);
		this.owner.fail(code, message);
		return true;
	}

	/** Executes one step of skipping frames. Returns false when bytes are missing. */
	private skipStep(): boolean {
		if (this.next === Step.skipPayload) {
			this.remaining -= this.dropBytes(this.remaining);
			if (this.remaining) return false;
			this.next = Step.skipStart;
			if (this.message !== Opcode.close) return true;
			this.next = Step.drop;
			this.owner.control.onLateClose();
			return true;
		}
		const word = this.takeWord();
		if (word < 0) return false;
		if (this.next === Step.skipStart) {
			this.skipFrame(word);
			return true;
		}
		const length = this.remaining * 0x10000 + word;
		this.remaining = length;
		if (this.next === Step.skipLength16 || ++this.words === 4) this.skipPayload(length, this.first !== 0);
		return true;
	}

	/** Skips the rest of a frame whose first two bytes were read. */
	private skipFrame(word: number): void {
		const length = word & SecondByte.length;
		this.first = word & SecondByte.masked;
		this.message = (word >> 8) & FirstByte.opcode;
		this.remaining = 0;
		this.words = 0;
		if (length <= Size.short) this.skipPayload(length, this.first !== 0);
		else this.next = length === SecondByte.length16 ? Step.skipLength16 : Step.skipLength64;
	}

	private skipPayload(length: number, masked: boolean): void {
		this.remaining = masked ? length + Size.key : length;
		this.next = Step.skipPayload;
	}
}

/** Rotates a key so that its first byte applies to the byte after `count` bytes of payload. */
const turn = (key: Uint8Array, count: number): void => {
	for (let times = count & 3; times > 0; times--) {
		const first = key[0] as number;
		for (let index = 0; index < 3; index++) key[index] = key[index + 1] as number;
		key[3] = first;
	}
};
