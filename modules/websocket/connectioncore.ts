import type { Channel, ChannelListener } from "../channel/contract.js";
import type { Ticking } from "../channel/timers.js";
import { bytesOfMessage } from "../rfc6455/bytes.js";
import { CloseCode, isSendableCloseCode } from "../rfc6455/closecode.js";
import type { MessageListener } from "../rfc6455/parsing.js";
import type { Counters } from "./counters.js";
import { type Listener, traceException } from "./listeners.js";
import type { DecodeReporter, MediaType } from "./mediatype.js";
import { sendTypeFor } from "./mediatypes.js";
import { type RawOptions, rawOptions, stringOption, wrongType, wrongValue } from "./options.js";
import { Outgoing } from "./outgoing.js";
import type { ConnectionSettings } from "./settings.js";

/** State of the connection. */
export const enum State {
	/** Not opened yet, or ended. */
	idle,
	/** A client connects, or waits to. */
	connecting,
	open,
	/** The connection is ending: no message is sent or emitted any more. */
	closing,
	/** The same, and a client opens the next connection when it has ended. */
	reopening,
}

// Constants of the module: XS copies a literal each time it is evaluated.
const functionType = "function";
const messageEvent = "message";
const textInfo = Object.freeze({ binary: false });
const binaryInfo = Object.freeze({ binary: true });

/** Longest key of a message, in bytes: its length has 7 bits in the send queue, where 127 has another meaning. */
const longestKey = 126;

/** Receives binary messages in chunks: an optional module. */
export interface ChunkListener {
	/** True while it does not want more. */
	readonly isPaused: boolean;
}

/**
 * Returns the option `key` of a message.
 * @throws TypeError when it is not a string, RangeError when it has not 1 to 126 bytes in UTF-8.
 */
export const keyOption = (raw: RawOptions): string | undefined => {
	const key = stringOption(raw, "key");
	if (key !== undefined && bytesOfMessage(key).length > longestKey)
		throw wrongValue("key", key, `a string of at most ${longestKey} bytes in UTF-8`);
	return key;
};

/** Common implementation of Client and Socket: receiving, liveness, closing. */
export abstract class ConnectionCore extends Outgoing implements ChannelListener, DecodeReporter, Ticking {
	state: State;
	/** Subprotocol of the last connection, or "". */
	protocol: string;
	received: number;
	bytesReceived: number;
	/** Set by modules/chunks, and with it the methods of this object that get binary messages. */
	chunks?: ChunkListener;
	onPiece?: MessageListener["onPiece"] | undefined;
	/** Ticks without a sign of life from the peer. */
	private silence: number;

	constructor(settings: ConnectionSettings) {
		super(settings);
		this.state = State.idle;
		this.protocol = "";
		this.received = 0;
		this.bytesReceived = 0;
		this.silence = 0;
	}

	/** Hook: the connection is open; `open` is emitted when it returns. */
	protected abstract onOpened(): void;
	/** Hook: a connection that was open has ended. Sets another state; `close` is emitted when it returns. */
	protected abstract onEnded(code: number, reason: string): void;
	/** Hook: returns the second argument of the `error` for a peer's violation. */
	protected onViolated?(code: number, message: string): unknown;

	override get isOpen(): boolean {
		return this.state === State.open;
	}

	/** True when the connection is ending. */
	get isClosing(): boolean {
		return this.state >= State.closing;
	}

	get counters(): Counters {
		const { sent, waiting, lost, replaced = 0, discarded, received, bytesSent, bytesReceived } = this;
		const accepted = sent + waiting + lost + replaced;
		return { accepted, sent, waiting, lost, replaced, discarded, received, bytesSent, bytesReceived };
	}

	/** Returns how a message is sent with options. Bytes that are sent as a binary message are not encoded. */
	typeFor(data: unknown, options: unknown): Pick<MediaType, "binary" | "encode"> {
		const raw = rawOptions(options);
		const onSettled = raw["onSettled"] ?? undefined;
		if (onSettled !== undefined && typeof onSettled !== "function")
			throw wrongType("onSettled", onSettled, "a function");
		keyOption(raw);
		return sendTypeFor(this.settings.sendType, data, raw);
	}

	/** Checks the arguments and starts the closing handshake of an open connection. Waiting messages are lost. */
	close(code: number, reason: string): void {
		if (typeof code !== "number") throw wrongType("the close code", code, "a number");
		if (Math.floor(code) !== code || !isSendableCloseCode(code))
			throw new RangeError(`the close code is ${code}; it must be 1000-1003, 1007-1014 or 3000-4999`);
		if (typeof reason !== "string") throw wrongType("the close reason", reason, "a string");
		this.loseWaiting();
		if (this.state === State.open) this.startClosing(code, reason);
	}

	/** Ends the connection at once: `close` with 1006 follows in this turn, if it was open. */
	destroy(): void {
		if (this.state < State.open) return;
		this.channel?.destroy();
		this.end(CloseCode.abnormal, "");
	}

	/** Counts a tick of silence. After too many the peer is sent a ping, then the connection is destroyed. */
	tick(): void {
		if (this.state !== State.open) return;
		const { pingTicks, destroyTicks } = this.settings;
		// What the peer sends is not read then.
		if (this.chunks?.isPaused) this.silence = 0;
		else this.silence++;
		if (this.silence === pingTicks) this.channel?.ping();
		else if (this.silence >= destroyTicks) {
			// Before the listener is called, which may call open() and send().
			this.beginClosing();
			this.channel?.destroy();
			this.fire("error", "the peer has not answered a ping within pongTimeout; the connection is destroyed");
			this.destroy();
		}
	}

	onOpen(channel: Channel, protocol: string): void {
		this.channel = channel;
		this.protocol = protocol;
		this.state = State.open;
		this.silence = 0;
		this.onOpened();
		this.fire("open");
		if (this.isOpen) this.onWindow();
	}

	onMessage(data: ArrayBuffer | string | undefined, count: number, binary: boolean): void {
		this.silence = 0;
		if (this.state !== State.open) return;
		this.received++;
		this.bytesReceived += count;
		const message = this.settings.receiveType.decode(data ?? (this.channel as Channel).takeMessage(), this);
		const info = binary ? binaryInfo : textInfo;
		const listener = this.table.message;
		if (typeof listener !== functionType) return this.fire(messageEvent, message, info);
		// Fast path of fire() for the most frequent event.
		try {
			(listener as Listener).call(this.emitter, message, info);
		} catch (error) {
			traceException(messageEvent, error);
		}
	}

	onActivity(): void {
		this.silence = 0;
	}

	mayBuffer(_size: number): boolean {
		return true;
	}

	onClosing(): void {
		this.beginClosing();
	}

	onFault(code: number, message: string): void {
		this.beginClosing();
		this.fire("error", message, this.onViolated?.(code, message));
	}

	onClose(code: number, reason: string): void {
		this.end(code, reason);
	}

	/** Size of the buffer of an unfinished message, in bytes. */
	get buffered(): number {
		return this.channel?.buffered ?? 0;
	}

	/** Discards the unfinished message, and closes the connection: the memory is needed for another one. */
	discardUnfinished(): void {
		const message = `the unfinished message of ${this.buffered} bytes was discarded for those of other connections`;
		this.giveUp(CloseCode.messageTooBig, message);
	}

	/** Emits an error and starts the closing handshake of an open connection. A Client may connect again. */
	giveUp(code: number, message: string): void {
		if (this.state !== State.open) return;
		this.report(message);
		this.startClosing(code, message);
	}

	private startClosing(code: number, reason: string): void {
		this.beginClosing();
		this.channel?.close(code, reason);
	}

	private beginClosing(): void {
		if (this.state !== State.reopening) this.state = State.closing;
		this.restartParted();
	}

	private end(code: number, reason: string): void {
		this.beginClosing();
		// Nothing is emitted after `close`.
		this.emitDue();
		this.onEnded(code, reason);
		this.fire("close", code, reason);
	}

	/** Read after events were emitted: a listener may have changed it. */
	protected get isReopening(): boolean {
		return this.state === State.reopening;
	}
}
