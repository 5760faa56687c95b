/// <reference path="./logical.d.ts" />
import Logical from "logical";
import { CloseCode, closePayload, isSendableCloseCode } from "./closecode.js";
import { FirstOctet, Limit, Opcode, SecondOctet } from "./frame.js";
import { FrameReader, type FrameReaderUser } from "./framereader.js";
import { FrameWriter, type Transport } from "./framewriter.js";
import { asciiOf, TextReader } from "./utf8.js";

/** What onReadable tells about the octets that may be read: ECMA-419 WebSocket Client. */
export interface ReadableInfo {
	/** False for the last octets of a message. */
	readonly more: boolean;
	/** True in a binary message, false in text. */
	readonly binary: boolean;
}

const textPart: ReadableInfo = Object.freeze({ more: true, binary: false });
const textEnd: ReadableInfo = Object.freeze({ more: false, binary: false });
const binaryPart: ReadableInfo = Object.freeze({ more: true, binary: true });
const binaryEnd: ReadableInfo = Object.freeze({ more: false, binary: true });
// By itself: XS would search its object for it at every call.
const { xor } = Logical;
/** What tells binary from text in the opcode, where the MASK bit and the length are shifted out. */
const wholeBinary = ((Opcode.text ^ Opcode.binary) << 8) >> 7;

/** A longer message is collected by the reader, in bytes: that of the short way stays in memory while it is handled. */
const longestShortWay = 1024;

/** Receives complete messages directly, without read(). */
export interface MessageReceiver {
	/**
	 * A message has come.
	 * @param data Its bytes, now the receiver's, or its text where strings are given.
	 * @param count Its bytes.
	 * @param binary True for a binary message, false for text.
	 */
	onMessage(data: ArrayBuffer | string, count: number, binary: boolean): void;
	/**
	 * A message that did not come whole, or a long one, is complete: take() gives it, during the call. It is not given
	 * along, so that its bytes can be freed once they were decoded.
	 */
	onCollected(count: number, binary: boolean): void;
	/** A part of a message has come. */
	onActivity(): void;
	/**
	 * Asks before memory is taken for a message that does not come whole.
	 * @param size The bytes of its buffer in all.
	 * @returns False when there is no memory for it: the connection then fails with 1009.
	 */
	mayBuffer(size: number): boolean;
}

/**
 * RFC 6455 after the opening handshake, without sockets and timers: octets in, messages and control frames
 * out, and the reverse. A subclass connects it to a socket by calling receive() and grant(), and to an
 * application by implementing the hooks.
 *
 * Payload is taken from the transport in the pieces in which it comes; the next piece is not touched before
 * the last one was taken with read(), so nothing piles up here and the peer feels the back pressure.
 */
export abstract class Protocol extends FrameWriter implements FrameReaderUser {
	/** Reads the frame under way when it does not come whole; most connections have none most of the time. */
	declare private reader: FrameReader | undefined;
	declare private readonly receiver: MessageReceiver | undefined;
	/** Two octets of `header`, from octet 2, to read fields of headers into. */
	declare readonly field: Uint8Array;
	/** The first two octets of a text message in one frame, but for its length. -1 where the limit forbids the short way. */
	declare private readonly wholeText: number;
	/** The longest message that is received, in bytes. */
	declare readonly maxMessageSize: number;
	/** Made for the first text that is not plain ASCII or does not come whole. */
	declare private textReader: TextReader | undefined;
	declare private readonly givesStrings: boolean;
	/** The piece of a message that read() gives out. */
	declare private data: ArrayBuffer | string | undefined;

	/**
	 * @param masks True for a client, false for a server (RFC 6455 section 5.1).
	 * @param givesStrings True when read() gives text as strings.
	 * @param maxMessageSize The longest message that is received, in octets.
	 * @param receiver Who is given messages that come whole and in one frame, if anybody.
	 */
	constructor(masks: boolean, givesStrings: boolean, maxMessageSize: number, receiver?: MessageReceiver) {
		super(masks);
		this.reader = undefined;
		this.receiver = receiver;
		this.field = masks ? new Uint8Array(this.header.buffer, 2, 2) : this.shortHeader;
		const wholeText = ((FirstOctet.final | Opcode.text) << 8) | (masks ? 0 : SecondOctet.masked);
		this.wholeText = maxMessageSize < Limit.short ? -1 : wholeText;
		this.maxMessageSize = maxMessageSize;
		this.textReader = undefined;
		this.givesStrings = givesStrings;
		this.data = undefined;
	}

	/** Hook: `count` octets of a message may be taken with read(). */
	protected abstract onData(count: number, info: ReadableInfo): void;
	/** Hook: a control frame came. Its answer, if it needs one, is on its way. */
	protected abstract onControlFrame(opcode: number, payload: ArrayBuffer): void;
	/** Hook: the peer broke the protocol or a limit; a close frame with this code is on its way. */
	protected abstract onFault(code: CloseCode, message: string): void;
	/** Hook: read() has emptied the last piece outside of a callback, and receive() is to go on later. */
	protected abstract onDrained(): void;

	/**
	 * Takes in what the transport holds: `available` octets in all.
	 *
	 * Messages in one frame that has come whole, as most do, take a short way: one comparison tells that they pass
	 * the reader's checks, and they need none of its state.
	 */
	receive(available: number): void {
		let rest = available;
		while (rest >= 2 && !this.reader) {
			const transport = this.transport;
			if (!transport) return;
			transport.read(this.field);
			rest -= 2;
			const word = this.header.getUint16(2);
			const keySize = this.masks ? 0 : Limit.key;
			let length = word ^ this.wholeText;
			let binary = false;
			if (length > Limit.short) {
				binary = length >> 7 === wholeBinary;
				if (binary) length &= SecondOctet.length;
				if (length === SecondOctet.length16 && rest > Limit.short) {
					transport.read(this.field);
					rest -= 2;
					length = this.header.getUint16(2);
					if (
						length <= Limit.short ||
						length + keySize > rest ||
						length > longestShortWay ||
						length > this.maxMessageSize
					)
						return this.receivePart(transport, rest, word, length);
				} else if (length > Limit.short) return this.receivePart(transport, rest, word);
			}
			if (length <= 0 || length + keySize > rest) return this.receivePart(transport, rest, word);
			if (keySize) transport.read(this.key);
			const octets = transport.read(length);
			if (keySize) xor(octets, this.key);
			rest -= length + keySize;
			const receiver = this.receiver;
			if (!receiver) {
				if (binary) this.giveBinary(octets, length, true);
				else this.giveText(octets, length, true);
				if (this.data !== undefined) return this.frames.block(transport, rest);
			} else if (binary) receiver.onMessage(octets, length, true);
			else {
				let text: string;
				try {
					text = asciiOf(octets, length) ?? this.texts.decodeChecked(octets);
				} catch {
					this.refuseText();
					break;
				}
				receiver.onMessage(this.givesStrings ? text : octets, length, false);
			}
		}
		if (!rest || !this.transport) return;
		const reader = this.frames;
		reader.receive(this.transport, rest);
		this.dismiss(reader);
	}

	/** Continues where a piece of data that nobody had taken yet stopped receive(). */
	protected resume(): void {
		const reader = this.frames;
		reader.resume();
		this.dismiss(reader);
	}

	protected override release(): void {
		super.release();
		this.reader?.close();
	}

	/** The long way for a frame of which the first two octets were read, and perhaps a length in 16 bits. */
	private receivePart(transport: Transport, rest: number, word: number, length?: number): void {
		const reader = this.frames;
		reader.begin(transport, rest, word, length);
		this.dismiss(reader);
	}

	private get frames(): FrameReader {
		this.reader ??= new FrameReader(this);
		return this.reader;
	}

	private get texts(): TextReader {
		this.textReader ??= new TextReader();
		return this.textReader;
	}

	/** True where complete messages are given to a receiver. Called by the reader. */
	get collects(): boolean {
		return this.receiver !== undefined;
	}

	/** The bytes that the buffer of an unfinished message takes. */
	get buffered(): number {
		return this.reader?.buffered ?? 0;
	}

	/** Called by the reader. */
	onPart(): void {
		(this.receiver as MessageReceiver).onActivity();
	}

	/** Called by the reader. */
	mayBuffer(size: number): boolean {
		return (this.receiver as MessageReceiver).mayBuffer(size);
	}

	/** Called by the reader. */
	onCollected(count: number, opcode: number): void {
		(this.receiver as MessageReceiver).onCollected(count, opcode === Opcode.binary);
	}

	/** The message of which onCollected() tells, once: its bytes, or its text where strings are given. */
	take(): ArrayBuffer | string {
		return this.frames.takeMessage(this.givesStrings);
	}

	/** A close frame of this side ends what it receives: nothing more is collected for it. */
	protected override startClose(payload: Uint8Array<ArrayBuffer>): void {
		super.startClose(payload);
		if (this.transport && this.receiver) this.frames.dropMessage();
	}

	/** A reader between messages knows nothing, and takes room. */
	private dismiss(reader: FrameReader): void {
		if (reader.idle) this.reader = undefined;
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
		const blocked = this.reader?.blocked === true;
		if (amount === undefined && !blocked) return data;
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
		if (blocked && this.data === undefined) this.onDrained();
		return result;
	}

	/** Called by the reader. */
	onPayload(octets: ArrayBuffer, count: number, opcode: number, last: boolean): boolean {
		if (opcode === Opcode.text) return this.giveText(octets, count, last);
		return this.giveBinary(octets, count, last);
	}

	/** Called by the reader. */
	onControl(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
		if (opcode === Opcode.close) return this.takeClose(payload);
		if (opcode === Opcode.ping) this.answerPing(payload.slice());
		this.onControlFrame(opcode, payload.buffer);
	}

	/** Called by the reader, and for what only this class can tell. RFC 6455 section 7.1.7: every violation ends here. */
	onViolation(code: CloseCode, message: string): void {
		this.frames.skip();
		this.startClose(closePayload(code, message));
		this.onFault(code, message);
	}

	/** Called by the reader, and for a close frame that is itself a violation. */
	onLateClose(): void {
		this.noteClose();
		this.finishClose();
	}

	/** Gives a piece of text to the application, if it is UTF-8. Returns whether to go on. */
	private giveText(octets: ArrayBuffer, count: number, last: boolean): boolean {
		let text: string;
		try {
			text = this.texts.decode(octets, last);
		} catch {
			this.refuseText();
			return false;
		}
		if (count) this.data = this.givesStrings ? text : octets;
		this.onData(count, last ? textEnd : textPart);
		return this.data === undefined;
	}

	private refuseText(): void {
		this.onViolation(CloseCode.invalidData, "a text message is not UTF-8");
	}

	private giveBinary(octets: ArrayBuffer, count: number, last: boolean): boolean {
		if (count) this.data = octets;
		this.onData(count, last ? binaryEnd : binaryPart);
		return this.data === undefined;
	}

	/** RFC 6455 section 5.5.1: the code is checked, the reason too, and the answer repeats both. */
	private takeClose(payload: Uint8Array<ArrayBuffer>): void {
		if (payload.length === 1)
			return this.refuseClose(
				CloseCode.protocolError,
				"the payload of a close frame has 1 byte; a close code has 2",
			);
		if (payload.length > 1) {
			const code = ((payload[0] as number) << 8) | (payload[1] as number);
			if (!isSendableCloseCode(code))
				return this.refuseClose(CloseCode.protocolError, `the close code ${code} must not be sent`);
			try {
				new TextReader().decode(payload.buffer.slice(2), true);
			} catch {
				return this.refuseClose(CloseCode.invalidData, "the reason of a close frame is not UTF-8");
			}
		}
		this.noteClose();
		this.frames.discard();
		this.onControlFrame(Opcode.close, payload.buffer);
		if (this.transport) this.answerClose(payload.slice());
	}

	private refuseClose(code: CloseCode, message: string): void {
		this.onViolation(code, message);
		this.onLateClose();
	}
}
