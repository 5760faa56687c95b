import { CloseCode } from "./closecode.js";
import { Decoded, Mode, Size } from "./frame.js";
import { type DecodedFrame, decodeFrame } from "./framecodec.js";
import { FrameReader, type FrameReaderOwner } from "./framereader.js";
import type { ControlListener, MessageListener, ParserSettings } from "./parsing.js";
import type { Transport } from "./transport.js";

/** A longer message is collected by the reader, because an argument stays in memory during the call. */
const longestArgument = 1024;

/**
 * Parses frames (RFC 6455 section 5) from a transport and passes complete messages to a listener. Most frames arrive
 * whole: receive() parses them without state. A FrameReader parses the others.
 */
export class FrameParser<
	Settings extends ParserSettings = ParserSettings,
	Listener extends MessageListener = MessageListener,
> implements FrameReaderOwner, DecodedFrame
{
	/** Undefined once the parser is closed. */
	private transport: Transport | undefined;
	/** Parses what is not a whole message in one frame, or arrives in pieces. Usually undefined. */
	private reader: FrameReader | undefined;
	/** For decodeFrame(). */
	private readonly mode: number;
	decoded: number;
	/** True when the peer's frames are masked: on a server (RFC 6455 section 5.1). */
	readonly masked: boolean;
	readonly settings: Settings;
	readonly listener: Listener;
	readonly control: ControlListener;

	/** @param masked True when the peer's frames are masked. */
	constructor(
		transport: Transport,
		settings: Settings,
		masked: boolean,
		listener: Listener,
		control: ControlListener,
	) {
		this.transport = transport;
		this.reader = undefined;
		const limit = settings.maxMessageSize < longestArgument ? settings.maxMessageSize : longestArgument;
		this.mode = (limit * Mode.limit) | (masked ? Mode.masked : 0) | (settings.strings ? Mode.strings : 0);
		this.decoded = 0;
		this.masked = masked;
		this.settings = settings;
		this.listener = listener;
		this.control = control;
	}

	/**
	 * Parses the unread bytes of the transport.
	 * @param available Their number.
	 */
	receive(available: number): void {
		const transport = this.transport;
		let rest = available;
		let isFast = this.reader === undefined;
		while (isFast && rest > 0 && transport) {
			// What was read stays in memory while its messages are handled.
			const count = rest < Size.segment ? rest : Size.segment;
			const bytes = transport.read(count);
			rest -= count;
			let position = 0;
			while (position < count) {
				const data = decodeFrame(bytes, position, this.mode, this);
				if (data) {
					const decoded = this.decoded;
					position = decoded >> Decoded.next;
					this.listener.onMessage(
						data,
						(decoded >> Decoded.length) & Decoded.lengthMask,
						(decoded & Decoded.binary) !== 0,
					);
				} else if (data === null) {
					position = this.decoded >> Decoded.next;
					this.refuseText();
				} else this.reader = new FrameReader(this);
				if (!this.transport) return;
				if (this.reader) {
					this.reader.hold(bytes, position);
					isFast = false;
					break;
				}
			}
		}
		if (this.reader) this.receiveSlowly(this.reader, rest);
	}

	/** Returns, once, the message for which onMessage() was called without data: bytes, or a string if requested. */
	takeMessage(): ArrayBuffer | string {
		return this.reader?.takeMessage(this.settings.strings) ?? new ArrayBuffer(0);
	}

	/** Size of the buffer of an unfinished message, in bytes. */
	get buffered(): number {
		return this.reader?.buffered ?? 0;
	}

	/** True between pause() and resume(). */
	get isPaused(): boolean {
		return this.reader?.paused === true;
	}

	/** Stops before the next frame, or the next piece of one, until resume(). */
	pause(): void {
		this.slow.paused = true;
	}

	/** Continues after pause(). */
	resume(): void {
		const { reader } = this;
		if (!reader?.paused) return;
		reader.paused = false;
		this.receiveSlowly(reader, reader.unread);
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

	private get slow(): FrameReader {
		this.reader ??= new FrameReader(this);
		return this.reader;
	}

	private receiveSlowly(reader: FrameReader, available: number): void {
		if (!this.transport) return;
		reader.receive(this.transport, available);
		// An idle reader has no state: its memory is released.
		if (reader.isIdle) this.reader = undefined;
	}
}
