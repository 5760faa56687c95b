/// <reference path="./logical.d.ts" />
import Logical from "logical";
import { CloseCode } from "./closecode.js";
import { FirstByte, Opcode, SecondByte, Size } from "./frame.js";
import { HeldBytes } from "./heldbytes.js";
import { MessageBuffer } from "./messagebuffer.js";
import type { ControlListener, MessageListener, ParserSettings } from "./parsing.js";
import type { Transport } from "./transport.js";
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
export class FrameReader {
	/** True while reading is paused until resume() of the parser. */
	paused: boolean;
	private transport: Transport | undefined;
	/** Number of unread bytes in `transport`. */
	private available: number;
	/** Bytes that were read before and come first. */
	private held: HeldBytes | undefined;
	/** Number of unread bytes in the transport behind them. */
	private behind: number;
	private step: Step;
	/** First byte of the current frame. */
	private first: number;
	/** Bytes of the current frame's payload that have not been read. */
	private remaining: number;
	/** Opcode of the unfinished message, 0 between messages; while frames are skipped, opcode of the frame. */
	private message: number;
	private readonly owner: FrameReaderOwner;
	/** Length of the unfinished message in bytes, including the current frame. */
	private messageLength: number;
	/** Bytes that have been read of a field that arrives in pieces. */
	private filled: number;
	/** First byte of a word whose second byte has not arrived. */
	private partial: number;
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
		this.paused = false;
		this.transport = undefined;
		this.available = 0;
		this.held = undefined;
		this.behind = 0;
		this.step = Step.start;
		this.first = 0;
		this.remaining = 0;
		this.message = 0;
		this.owner = owner;
		this.messageLength = 0;
		this.filled = 0;
		this.partial = 0;
		this.dropping = false;
		this.words = 0;
		this.buffer = undefined;
		this.check = undefined;
		this.control = undefined;
		this.key = owner.masked ? new Uint8Array(Size.key) : undefined;
	}

	/** Keeps bytes that were read already, from a position: they come before those of the transport. */
	hold(bytes: ArrayBuffer, position: number): void {
		if (position < bytes.byteLength) this.held = new HeldBytes(bytes, position);
	}

	/**
	 * Reads from the transport until bytes are missing, the parser is paused, or the reader is closed.
	 * @param available Number of unread bytes in the transport.
	 */
	receive(transport: Transport, available: number): void {
		const { held } = this;
		this.behind = available;
		if (held) {
			this.readFrom(held, held.remaining);
			// The reader was closed, or is paused.
			if (!this.transport || held.remaining) return;
			this.held = undefined;
		}
		this.readFrom(transport, available);
	}

	/** Number of unread bytes in the transport. */
	get unread(): number {
		return this.held ? this.behind : this.available;
	}

	private readFrom(transport: Transport, available: number): void {
		this.transport = transport;
		this.available = available;
		let goesOn = true;
		while (goesOn && this.transport && !this.paused)
			switch (this.step) {
				case Step.start:
					goesOn = this.takeFirstWord(this.takeWord());
					break;
				case Step.payload:
					goesOn = this.takePayload();
					break;
				case Step.key:
					goesOn = this.takeKey();
					break;
				case Step.length16:
					goesOn = this.takeLength16(this.takeWord());
					break;
				case Step.length64:
					goesOn = this.takeLength64();
					break;
				case Step.control:
					goesOn = this.takeControl();
					break;
				case Step.drop:
					goesOn = this.dropRest();
					break;
				default:
					goesOn = this.skipStep();
			}
	}

	/** True between messages, when no state has to be kept. */
	get isIdle(): boolean {
		const between = this.step === Step.start && this.message === 0 && this.filled === 0;
		return between && !this.paused && !this.dropping && this.transport !== undefined;
	}

	/** Size of the buffer of the unfinished message, in bytes; 0 when there is none. */
	get buffered(): number {
		return this.buffer?.bytes.length ?? 0;
	}

	/** Returns the complete message, once. The reader keeps no reference to it. */
	take(strings: boolean): ArrayBuffer | string {
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
		this.step = Step.drop;
	}

	/**
	 * Drops the unfinished message and all bytes that follow a violation, as RFC 6455 section 7.1.7 requires. Headers are
	 * still read to find the peer's close frame, which ends the connection.
	 */
	skip(): void {
		this.buffer = undefined;
		if (this.step === Step.start && this.filled === 0) this.step = Step.skipStart;
		else if (this.step === Step.payload) this.step = Step.skipPayload;
		else if (this.step < Step.skipStart) this.step = Step.drop;
	}

	/** Stops reading for good. */
	close(): void {
		this.transport = undefined;
		this.buffer = undefined;
	}

	private dropRest(): boolean {
		if (this.available) this.transport?.read(this.available);
		this.available = 0;
		return false;
	}

	// Each of the following methods executes one step. It returns false when bytes are missing.

	/** Checks the first two bytes of a frame: FIN, RSV, opcode, MASK, and the length or its size. */
	private takeFirstWord(word: number): boolean {
		if (word < 0) return false;
		const first = word >> 8;
		const length = word & SecondByte.length;
		const opcode = first & FirstByte.opcode;
		const { masked } = this.owner;
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
		} else if (!this.message)
			return this.refuseFrame(word, "a continuation frame has no message to continue");
		if (length <= Size.short) return this.startPayload(length);
		this.remaining = 0;
		this.words = 0;
		this.step = length === SecondByte.length16 ? Step.length16 : Step.length64;
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
		this.step = this.control ? Step.control : Step.payload;
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
		if (messageLength > settings.maxMessageSize)
			return this.refusePayload(
				CloseCode.messageTooBig,
				`a message has ${messageLength} bytes or more; maxMessageSize is ${settings.maxMessageSize}`,
				length,
			);
		if (!settings.pieces && !this.dropping && !this.makeRoom(messageLength))
			return this.refusePayload(
				CloseCode.messageTooBig,
				`there is no memory for a message of ${messageLength} bytes beside the unfinished ones of other connections`,
				length,
			);
		this.remaining = length;
		this.step = masked ? Step.key : Step.payload;
		return true;
	}

	/** Makes room for a message of `messageLength` bytes, and for more if this is not its last frame. */
	private makeRoom(messageLength: number): boolean {
		const { settings, listener } = this.owner;
		const final = this.first >= FirstByte.final;
		const size = MessageBuffer.sizeFor(messageLength, this.buffered, final, settings.maxMessageSize);
		if (size !== this.buffered && !listener.mayBuffer(size)) return false;
		this.buffer ??= new MessageBuffer(this.message === Opcode.text);
		this.buffer.resize(size);
		return true;
	}

	/** Reads the available payload of a data frame. */
	private takePayload(): boolean {
		const ended = this.available >= this.remaining;
		const count = ended ? this.remaining : this.available;
		if (count === 0 && !ended) return false;
		const last = ended && this.first >= FirstByte.final;
		if (ended) this.step = Step.start;
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
		const { listener, settings } = this.owner;
		if (this.dropping || !settings.pieces) {
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
		(this.transport as Transport).read(piece);
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
		this.step = this.key ? Step.key : Step.control;
		return true;
	}

	private takeControl(): boolean {
		const payload = this.control as Uint8Array<ArrayBuffer>;
		if (!this.takeField(payload)) return false;
		this.control = undefined;
		this.step = Step.start;
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
		if (this.step === Step.skipPayload) {
			const count = Math.min(this.available, this.remaining);
			if (count) this.transport?.read(count);
			this.available -= count;
			this.remaining -= count;
			if (this.remaining) return false;
			this.step = Step.skipStart;
			if (this.message !== Opcode.close) return true;
			this.step = Step.drop;
			this.owner.control.onLateClose();
			return true;
		}
		const word = this.takeWord();
		if (word < 0) return false;
		if (this.step === Step.skipStart) {
			this.skipFrame(word);
			return true;
		}
		const length = this.remaining * 0x10000 + word;
		this.remaining = length;
		if (this.step === Step.skipLength16 || ++this.words === 4) this.skipPayload(length, this.first !== 0);
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
		else this.step = length === SecondByte.length16 ? Step.skipLength16 : Step.skipLength64;
	}

	private skipPayload(length: number, masked: boolean): void {
		this.remaining = masked ? length + Size.key : length;
		this.step = Step.skipPayload;
	}

	/** Reads two bytes of a header, together or one by one. Returns -1 until they have arrived. */
	private takeWord(): number {
		const transport = this.transport as Transport;
		const { word } = this.owner.settings;
		if (this.available >= 2 && this.filled === 0) {
			transport.read(word);
			this.available -= 2;
			return ((word[0] as number) << 8) | (word[1] as number);
		}
		if (this.available === 0) return -1;
		const byte = new Uint8Array(transport.read(1))[0] as number;
		this.available--;
		if (this.filled) {
			this.filled = 0;
			return (this.partial << 8) | byte;
		}
		this.partial = byte;
		this.filled = 1;
		return this.takeWord();
	}

	/** Fills a field, together or in pieces. Returns whether it is full. */
	private takeField(field: Uint8Array): boolean {
		const transport = this.transport as Transport;
		const size = field.length;
		const missing = size - this.filled;
		const count = this.available < missing ? this.available : missing;
		if (count === size && size) transport.read(field);
		else if (count) field.set(new Uint8Array(transport.read(count)), this.filled);
		this.available -= count;
		this.filled = count < missing ? this.filled + count : 0;
		return count === missing;
	}
}

/** Rotates a key so that its first byte applies to the byte after `count` bytes of payload. */
function turn(key: Uint8Array, count: number): void {
	for (let times = count & 3; times > 0; times--) {
		const first = key[0] as number;
		key.copyWithin(0, 1);
		key[3] = first;
	}
}
