/// <reference path="./logical.d.ts" />

import Logical from "logical";
import type TextDecoder from "text/decoder";
import { CloseCode } from "./closecode.js";
import { FirstByte, Opcode, SecondByte, Size } from "./frame.js";
import { FrameReader, type FrameReaderOwner } from "./framereader.js";
import type { ControlListener, MessageListener, ParserSettings } from "./parsing.js";
import type { Transport } from "./transport.js";
import { charCodeAt, fromArrayBuffer, strictDecoder } from "./utf8.js";

/** A longer message is collected by the reader, because an argument stays in memory during the call. */
const longestArgument = 1024;
/** XOR of a binary and a text frame's first two bytes, without the MASK bit and the length. */
const textToBinary = ((Opcode.text ^ Opcode.binary) << 8) >> 7;
// A constant of the module: XS would search Logical for it at every call.
const { xor } = Logical;

/**
 * Parses frames (RFC 6455 section 5) from a transport and passes complete messages to a listener. Most frames arrive
 * whole: receive() parses them without state. A FrameReader parses the others.
 */
export class FrameParser<
	Settings extends ParserSettings = ParserSettings,
	Listener extends MessageListener = MessageListener,
> implements FrameReaderOwner
{
	/** Undefined once the parser is closed. */
	private transport: Transport | undefined;
	/** True when the peer's frames are masked: on a server (RFC 6455 section 5.1). */
	readonly masked: boolean;
	/** First two bytes of a text message in one frame, without the length; -1 if maxMessageSize forbids the fast path. */
	private readonly wholeText: number;
	readonly settings: Settings;
	readonly listener: Listener;
	readonly control: ControlListener;
	/** Parses the current frame if it does not arrive whole. Usually undefined. */
	private reader: FrameReader | undefined;
	/** For text that is not ASCII. */
	private decoder?: TextDecoder;

	/** @param masked True when the peer's frames are masked. */
	constructor(
		transport: Transport,
		settings: Settings,
		masked: boolean,
		listener: Listener,
		control: ControlListener,
	) {
		this.transport = transport;
		this.masked = masked;
		const wholeText = ((FirstByte.final | Opcode.text) << 8) | (masked ? SecondByte.masked : 0);
		this.wholeText = settings.maxMessageSize < Size.short ? -1 : wholeText;
		this.settings = settings;
		this.listener = listener;
		this.control = control;
		this.reader = undefined;
	}

	/**
	 * Parses the unread bytes of the transport.
	 * @param available Their number.
	 */
	receive(available: number): void {
		const settings = this.settings;
		const scratch = settings.scratch;
		const keySize = this.masked ? Size.key : 0;
		let rest = available;
		while (rest >= 2 && !this.reader) {
			const transport = this.transport;
			if (!transport) return;
			transport.read(scratch.field);
			rest -= 2;
			const word = scratch.header.getUint16(2);
			// One comparison checks FIN, the reserved bits, the opcode and MASK: what is left is the length.
			let length = word ^ this.wholeText;
			let binary = false;
			if (length > Size.short) {
				binary = length >> 7 === textToBinary;
				if (binary) length &= SecondByte.length;
				if (length === SecondByte.length16 && rest > Size.short) {
					transport.read(scratch.field);
					rest -= 2;
					length = scratch.header.getUint16(2);
					if (
						length <= Size.short ||
						length + keySize > rest ||
						length > longestArgument ||
						length > settings.maxMessageSize
					) {
						this.slow.start(word, length);
						break;
					}
				} else if (length > Size.short) {
					this.slow.start(word);
					break;
				}
			}
			if (length <= 0 || length + keySize > rest) {
				this.slow.start(word);
				break;
			}
			if (keySize) transport.read(scratch.key);
			const bytes = transport.read(length);
			if (keySize) xor(bytes, scratch.key);
			rest -= length + keySize;
			if (binary) this.listener.onMessage(bytes, length, true);
			else {
				let text: string;
				try {
					text = fromArrayBuffer(bytes);
					// ASCII has as many characters as bytes, and needs no further check.
					if (!(charCodeAt(text, length - 1) >= 0)) text = this.decode(bytes);
				} catch {
					this.refuseText();
					break;
				}
				this.listener.onMessage(settings.strings ? text : bytes, length, false);
			}
		}
		if ((rest === 0 && !this.reader) || !this.transport) return;
		const reader = this.slow;
		reader.receive(this.transport, rest);
		this.dropIdle(reader);
	}

	/** Returns, once, the message for which onMessage() was called without data: bytes, or a string if requested. */
	take(): ArrayBuffer | string {
		return this.reader?.take(this.settings.strings) ?? new ArrayBuffer(0);
	}

	/** Size of the buffer of an unfinished message, in bytes. */
	get buffered(): number {
		return this.reader?.buffered ?? 0;
	}

	/** Stops before the next frame, or the next piece of one, until resume(). */
	pause(): void {
		this.slow.paused = true;
	}

	/** Continues after pause(). */
	resume(): void {
		const { reader } = this;
		if (!reader?.paused) return;
		reader.resume();
		this.dropIdle(reader);
	}

	/** Drops the unfinished message and those that follow: this side closes. Control frames are still parsed. */
	dropMessages(): void {
		if (this.transport) this.slow.dropMessages();
	}

	/** Drops everything that follows: the peer's close frame has arrived. */
	dropAll(): void {
		this.slow.dropAll();
	}

	/** Stops parsing for good. */
	close(): void {
		this.transport = undefined;
		this.reader?.close();
	}

	/** Reports a violation. No further messages are processed (RFC 6455 section 7.1.7). */
	fail(code: CloseCode, message: string): void {
		this.slow.skip();
		this.control.onViolation(code, message);
	}

	refuseText(): void {
		this.fail(CloseCode.invalidData, "a text message is not UTF-8");
	}

	/** Slow path: parses frames that do not arrive whole, and all frames other than short messages. */
	private get slow(): FrameReader {
		this.reader ??= new FrameReader(this);
		return this.reader;
	}

	/** An idle reader has no state; drop it to save memory. */
	private dropIdle(reader: FrameReader): void {
		if (reader.isIdle) this.reader = undefined;
	}

	private decode(bytes: ArrayBuffer): string {
		this.decoder ??= strictDecoder();
		return this.decoder.decode(bytes);
	}
}
