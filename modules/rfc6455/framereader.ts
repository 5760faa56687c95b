/// <reference path="./logical.d.ts" />
import Logical from "logical";
import { CloseCode } from "./closecode.js";
import { FirstOctet, Limit, Opcode, SecondOctet } from "./frame.js";
import type { Transport } from "./framewriter.js";
import { MessageBuffer } from "./messagebuffer.js";

/** Whoever the frames are for. It may close the reader in any of its methods. */
export interface FrameReaderUser {
	/** True for a client, whose peer does not mask; false for a server (RFC 6455 section 5.1). */
	readonly masks: boolean;
	/** Eight octets of scratch: nothing is kept in them from one call to the next but a server's key, in the last four. */
	readonly header: DataView;
	/** The third and fourth of them. */
	readonly field: Uint8Array;
	/** The last four of them. */
	readonly key: Uint8Array;
	/** The longest message, in bytes. */
	readonly maxMessageSize: number;
	/** True to be given complete messages with onCollected(), false to be given their pieces with onPayload(). */
	readonly collects: boolean;
	/**
	 * Asks before memory is taken for a message that does not come whole.
	 * @param size The bytes of its buffer in all.
	 * @returns False when there is no memory for it: the connection then fails with 1009.
	 */
	mayBuffer(size: number): boolean;
	/** A part of an unfinished message has arrived. */
	onPart(): void;
	/** A complete message of `count` bytes, checked to be UTF-8 where it is text: takeMessage() gives it during the call. */
	onCollected(count: number, opcode: number): void;
	/**
	 * A piece of a text or binary message: `count` octets, unmasked, now the user's; the last piece may be empty.
	 * Returns false when nothing more is to be read before resume().
	 */
	onPayload(octets: ArrayBuffer, count: number, opcode: number, last: boolean): boolean;
	/** A control frame, whole. */
	onControl(opcode: number, payload: Uint8Array<ArrayBuffer>): void;
	/** The peer broke the protocol or the limit. The reader gives no more messages and control frames. */
	onViolation(code: CloseCode, message: string): void;
	/** After a violation: the peer's close frame has come, so it has read ours or sends nothing more. */
	onLateClose(): void;
}

/** Where the reader of frames stands: which field of RFC 6455 section 5.2 it takes next. */
const enum Step {
	start,
	payload,
	key,
	length16,
	length64,
	control,
	/** The protocol has ended: bytes are taken and dropped. */
	discard,
	/** From here on the same after a violation, but frame by frame, to see the peer's close frame come. */
	skipStart,
	skipLength16,
	skipLength64,
	skipPayload,
}

/**
 * Reads frames (RFC 6455 section 5.2) field by field, in whatever pieces they come, and checks everything that
 * can be seen in a header. Payload is taken from the transport only to be given away at once.
 */
export class FrameReader {
	/** True between messages, when nothing has come of the next frame and nobody has to read first. */
	declare idle: boolean;
	/** True while the user has to read first. */
	declare blocked: boolean;
	declare private transport: Transport | undefined;
	/** What the transport holds and nobody has taken, in octets. */
	declare private available: number;
	declare private step: Step;
	/** The first octet of the current frame. */
	declare private first: number;
	/** Octets of the current frame's payload that are still to come. */
	declare private remaining: number;
	/** The opcode of the message under way, 0 between messages; of the frame, where frames are skipped. */
	declare private message: number;
	declare private readonly user: FrameReaderUser;
	/** Octets of the message under way, the current frame included. */
	declare private messageLength: number;
	/** Octets of the field under way that have come, when a field comes in pieces. */
	declare private filled: number;
	/** The first octet of a word of which only that one has come. */
	declare private partial: number;
	/** True to forget messages instead of collecting them: this side closes. */
	declare private dropping: boolean;
	/** Words of a 64-bit length that have come. */
	declare private words: number;
	/** The message under way, where complete messages are wanted and this one is not dropped. */
	declare private buffer: MessageBuffer | undefined;
	/** The payload of a control frame that comes in. */
	declare private control: Uint8Array<ArrayBuffer> | undefined;

	constructor(user: FrameReaderUser) {
		this.idle = true;
		this.blocked = this.dropping = false;
		this.transport = undefined;
		this.available = 0;
		this.step = Step.start;
		this.message = this.remaining = this.first = 0;
		this.user = user;
		this.words = this.partial = this.filled = this.messageLength = 0;
		this.buffer = undefined;
		this.control = undefined;
	}

	/** The bytes that the buffer of the message under way takes; 0 when there is none. */
	get buffered(): number {
		return this.buffer?.size ?? 0;
	}

	/** Drops the message under way: the rest of it is read and forgotten, control frames are still handled. */
	dropMessage(): void {
		this.buffer = undefined;
		this.dropping = true;
	}

	/** Takes in what the transport holds: `available` octets in all. */
	receive(transport: Transport, available: number): void {
		this.transport = transport;
		this.available = available;
		if (!this.blocked) this.run();
	}

	/**
	 * The same, when the first two octets of a frame were read already.
	 * @param length The length in 16 bits, if it was read too.
	 */
	begin(transport: Transport, available: number, word: number, length?: number): void {
		this.transport = transport;
		this.available = available;
		this.takeFirstWord(word);
		if (length !== undefined) this.takeLength16(length);
		this.run();
	}

	/** Stops before the `available` octets that the transport holds, until resume(). */
	block(transport: Transport, available: number): void {
		this.transport = transport;
		this.available = available;
		this.blocked = true;
		this.idle = false;
	}

	/** Goes on after the user has read. */
	resume(): void {
		this.blocked = false;
		this.run();
	}

	/** Takes and drops whatever still comes. */
	discard(): void {
		this.step = Step.discard;
		this.idle = false;
	}

	/**
	 * Takes and drops whatever still comes after a violation. RFC 6455 section 7.1.7 forbids to process it; only the
	 * headers are read, because the peer's close frame ends the connection.
	 */
	skip(): void {
		this.idle = false;
		if (this.step === Step.start && this.filled === 0) this.step = Step.skipStart;
		else if (this.step === Step.payload) this.step = Step.skipPayload;
		else if (this.step < Step.skipStart) this.step = Step.discard;
	}

	/** Lets go of the transport. */
	close(): void {
		this.transport = this.buffer = undefined;
		this.idle = false;
	}

	private run(): void {
		while (this.transport && !this.blocked && this.advance());
		this.settle();
	}

	private settle(): void {
		this.idle =
			this.step === Step.start &&
			this.message === 0 &&
			this.filled === 0 &&
			!this.blocked &&
			!this.dropping &&
			this.transport !== undefined;
	}

	/** Takes the next step. Returns false when octets are missing. */
	private advance(): boolean {
		switch (this.step) {
			case Step.start: {
				const word = this.takeWord();
				return word >= 0 && this.takeFirstWord(word);
			}
			case Step.payload:
				return this.takePayload();
			case Step.key:
				if (!this.takeField(this.user.key, Limit.key)) return false;
				this.step = this.control ? Step.control : Step.payload;
				return true;
			case Step.length16:
				return this.takeLength16(this.takeWord());
			case Step.length64:
				return this.takeLength64();
			case Step.control:
				return this.takeControl();
			case Step.skipStart:
			case Step.skipLength16:
			case Step.skipLength64:
			case Step.skipPayload:
				return this.skipStep();
			default:
				if (this.available) this.transport?.read(this.available);
				this.available = 0;
				return false;
		}
	}

	/** The first two octets of a frame: FIN, RSV, opcode, MASK, and the length or how it is told. */
	private takeFirstWord(word: number): boolean {
		const first = word >> 8;
		const length = word & SecondOctet.length;
		const opcode = first & FirstOctet.opcode;
		this.first = first;
		if (first & FirstOctet.reserved)
			return this.refuseFrame(word, "a reserved bit is set, but no extension is in use");
		if ((word & SecondOctet.masked) === (this.user.masks ? SecondOctet.masked : 0))
			return this.refuseFrame(
				word,
				this.user.masks ? "a frame from the server is masked" : "a frame from the client is not masked",
			);
		if (opcode & FirstOctet.control) return this.startControl(opcode, length, word);
		if (opcode > Opcode.binary) return this.refuseFrame(word, `the opcode ${opcode} is reserved`);
		if (opcode !== Opcode.continuation) {
			if (this.message) return this.refuseFrame(word, "a new message starts inside a fragmented one");
			this.message = opcode;
			this.messageLength = 0;
		} else if (!this.message)
			return this.refuseFrame(word, "a continuation frame has no message to continue");
		if (length <= Limit.short) return this.startPayload(length);
		this.remaining = 0;
		this.words = 0;
		this.step = length === SecondOctet.length16 ? Step.length16 : Step.length64;
		return true;
	}

	private takeLength16(length: number): boolean {
		if (length < 0) return false;
		if (length <= Limit.short)
			return this.fail(CloseCode.protocolError, `non-minimal length encoding: ${length} in 16 bits`, length);
		return this.startPayload(length);
	}

	/** Four words, for bitwise operators end at 32 bits. A double holds every length that any limit lets pass. */
	private takeLength64(): boolean {
		const word = this.takeWord();
		if (word < 0) return false;
		if (this.words === 0 && word > 0x7fff)
			return this.fail(
				CloseCode.protocolError,
				"the highest bit of a 64-bit length is set",
				Number.POSITIVE_INFINITY,
			);
		this.remaining = this.remaining * 0x10000 + word;
		if (++this.words < 4) return true;
		if (this.remaining <= Limit.medium)
			return this.fail(
				CloseCode.protocolError,
				`non-minimal length encoding: ${this.remaining} in 64 bits`,
				this.remaining,
			);
		return this.startPayload(this.remaining);
	}

	/** The limit holds from here, before a single octet of the payload is taken or room is made for it. */
	private startPayload(length: number): boolean {
		const messageLength = this.messageLength + length;
		this.messageLength = messageLength;
		if (messageLength > this.user.maxMessageSize)
			return this.fail(
				CloseCode.messageTooBig,
				`a message has ${messageLength} bytes or more; maxMessageSize is ${this.user.maxMessageSize}`,
				length,
			);
		if (this.user.collects && !this.dropping && !this.makeRoom(messageLength))
			return this.fail(
				CloseCode.messageTooBig,
				`there is no memory for a message of ${messageLength} bytes beside the unfinished ones of other connections`,
				length,
			);
		this.remaining = length;
		this.step = this.user.masks ? Step.payload : Step.key;
		return true;
	}

	/** Makes room for a message of so many bytes, and more of them if this is not its last frame. */
	private makeRoom(messageLength: number): boolean {
		const { user } = this;
		const final = this.first >= FirstOctet.final;
		const size = MessageBuffer.sizeFor(messageLength, this.buffered, final, user.maxMessageSize);
		if (size !== this.buffered && !user.mayBuffer(size)) return false;
		this.buffer ??= new MessageBuffer(this.message === Opcode.text);
		this.buffer.resize(size);
		return true;
	}

	private takePayload(): boolean {
		const { remaining, available } = this;
		const ended = available >= remaining;
		const count = ended ? remaining : available;
		if (count === 0 && !ended) return false;
		const last = ended && this.first >= FirstOctet.final;
		if (this.user.collects) return this.collect(count, ended, last);
		if (ended) this.step = Step.start;
		// An empty frame tells nothing, unless it ends its message.
		if (count === 0 && !last) return true;
		const octets = count ? (this.transport as Transport).read(count) : new ArrayBuffer(0);
		this.available = available - count;
		this.remaining = remaining - count;
		if (!this.user.masks && count) {
			Logical.xor(octets, this.user.key);
			if (!ended) turn(this.user.key, count);
		}
		const opcode = this.message;
		if (last) this.message = 0;
		if (!this.user.onPayload(octets, count, opcode, last)) this.blocked = this.step < Step.discard;
		return true;
	}

	/** takePayload() for a user of complete messages. */
	private collect(count: number, ended: boolean, last: boolean): boolean {
		if (ended) this.step = Step.start;
		this.available -= count;
		this.remaining -= count;
		if (!this.buffer) {
			if (count) (this.transport as Transport).read(count);
			if (last) this.message = 0;
			return true;
		}
		if (count && !this.fillBuffer(this.buffer, count, ended)) return this.refuseText();
		if (!last) {
			this.user.onPart();
			return true;
		}
		if (!this.buffer.isWhole) return this.refuseText();
		const opcode = this.message;
		this.message = 0;
		this.user.onCollected(this.buffer.size, opcode);
		this.buffer = undefined;
		return true;
	}

	/** Reads a piece into its place. Returns false when it makes the text invalid. */
	private fillBuffer(buffer: MessageBuffer, count: number, ended: boolean): boolean {
		const { user } = this;
		const piece = buffer.next(count);
		(this.transport as Transport).read(piece);
		if (!user.masks) {
			Logical.xor(piece, user.key);
			if (!ended) turn(user.key, count);
		}
		return buffer.accept(piece);
	}

	/**
	 * Gives the complete message, once. Nothing here refers to it any more, so that it can be freed.
	 * @param strings True to get text as a string.
	 */
	takeMessage(strings: boolean): ArrayBuffer | string {
		const { buffer } = this;
		this.buffer = undefined;
		return buffer?.take(strings) ?? new ArrayBuffer(0);
	}

	private refuseText(): boolean {
		this.skipPayload(this.remaining, false);
		this.user.onViolation(CloseCode.invalidData, "a text message is not UTF-8");
		return true;
	}

	private startControl(opcode: number, length: number, word: number): boolean {
		if (opcode > Opcode.pong) return this.refuseFrame(word, `the opcode ${opcode} is reserved`);
		if (this.first < FirstOctet.final) return this.refuseFrame(word, "a control frame is fragmented");
		if (length > Limit.short) return this.refuseFrame(word, "a control frame has more than 125 bytes");
		this.control = new Uint8Array(length);
		this.step = this.user.masks ? Step.control : Step.key;
		return true;
	}

	private takeControl(): boolean {
		const payload = this.control as Uint8Array<ArrayBuffer>;
		if (!this.takeField(payload, payload.length)) return false;
		this.control = undefined;
		this.step = Step.start;
		if (!this.user.masks && payload.length) Logical.xor(payload, this.user.key);
		this.user.onControl(this.first & FirstOctet.opcode, payload);
		return true;
	}

	/** A violation in the first two bytes of a frame. Returns true. */
	private refuseFrame(word: number, message: string): boolean {
		this.skipFrame(word);
		this.user.onViolation(CloseCode.protocolError, message);
		return true;
	}

	/** A violation in a frame of which `rest` bytes of payload are to come. Returns true. */
	private fail(code: CloseCode, message: string, rest: number): boolean {
		this.skipPayload(rest, !this.user.masks);
		this.user.onViolation(code, message);
		return true;
	}

	/** Takes the next step through frames that are skipped. Returns false when bytes are missing. */
	private skipStep(): boolean {
		if (this.step === Step.skipPayload) {
			const count = Math.min(this.available, this.remaining);
			if (count) this.transport?.read(count);
			this.available -= count;
			this.remaining -= count;
			if (this.remaining) return false;
			this.step = Step.skipStart;
			if (this.message !== Opcode.close) return true;
			this.step = Step.discard;
			this.user.onLateClose();
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

	/** Skips the rest of a frame of which the first two bytes were read. */
	private skipFrame(word: number): void {
		const length = word & SecondOctet.length;
		this.first = word & SecondOctet.masked;
		this.message = (word >> 8) & FirstOctet.opcode;
		this.remaining = this.words = 0;
		if (length <= Limit.short) this.skipPayload(length, this.first !== 0);
		else this.step = length === SecondOctet.length16 ? Step.skipLength16 : Step.skipLength64;
	}

	private skipPayload(length: number, masked: boolean): void {
		this.remaining = masked ? length + Limit.key : length;
		this.step = Step.skipPayload;
	}

	/** Takes two octets of a header, together or one by one. Returns -1 while they have not come. */
	private takeWord(): number {
		const transport = this.transport as Transport;
		if (this.available >= 2 && this.filled === 0) {
			transport.read(this.user.field);
			this.available -= 2;
			return this.user.header.getUint16(2);
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
