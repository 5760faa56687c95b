import Timer from "timer";
import { CloseCode, closePayload, isSendableCloseCode } from "../rfc6455/closecode.js";
import { MessageBuffer } from "../rfc6455/messagebuffer.js";
import { Emitter } from "./emitter.js";
import type {
	MessageReceiver,
	MessageSource,
	ReadableInfo,
	WebSocketClient,
	WebSocketClientCallbacks,
	WebSocketClientError,
	WriteOptions,
} from "./engine.js";
import { type Counters, Ledger } from "./ledger.js";
import type { DecodeReporter, MediaType } from "./mediatype.js";
import { bytesType, copyOf, isBuffer } from "./mediatypes.js";
import { booleanOption, rawOptions, wrongType } from "./options.js";
import { OutgoingMessages, type OutgoingMessagesOwner } from "./outgoingmessages.js";
import type { ConnectionSettings } from "./settings.js";
import { after, traceMistake } from "./timers.js";

/** What became of a message given to send(). */
export type SendOutcome =
	/** It was handed to the socket. */
	| "sent"
	/** It waits in the send queue. */
	| "queued"
	/** It was not taken. */
	| "discarded";

/** How one message is sent. */
export interface SendOptions {
	/** True for a binary message, false for text. Default: as `sendType` says. */
	readonly binary?: boolean;
}

/** The events of Client and Socket alike, with the arguments of each. */
export type ConnectionEvents = {
	/** The connection is open. */
	open: [];
	/** A message: its value, decoded as `receiveType` says, and whether it came as a binary one. */
	message: [message: unknown, info: { readonly binary: boolean }];
	/** A connection that was open has ended: the code and the reason of RFC 6455 sections 7.1.5 and 7.1.6. */
	close: [code: number, reason: string];
	/** What went wrong, in a sentence. */
	error: [message: string];
	/** The send queue, in which messages waited or for which there was no room, has become empty. */
	drain: [];
};

/** The state of the connection underneath. */
export const enum State {
	/** There is none: not opened yet, or ended. */
	idle,
	/** A client is on its way to one. */
	connecting,
	open,
	/** Its end has begun: no message is sent or emitted any more. */
	closing,
	/** The same, and a client opens the next connection when it has ended. */
	reopening,
}

// Constants of the module, for XS copies a literal whenever it is evaluated.
const sent: SendOutcome = "sent";
const queued: SendOutcome = "queued";
const discarded: SendOutcome = "discarded";
const drainEvent = "drain";
const textInfo = Object.freeze({ binary: false });
const binaryInfo = Object.freeze({ binary: true });
const closeOpcode = 8;
const closeWrite: WriteOptions = Object.freeze({ opcode: closeOpcode });
const pingWrite: WriteOptions = Object.freeze({ opcode: 9 });
/** The longest stall of one send() under `throttleFactor`, in milliseconds. */
const longestStall = 1000;

/** What Client and Socket share: sending through the queue, receiving, liveness, closing, the counters. */
export abstract class Connection<Events extends ConnectionEvents = ConnectionEvents>
	extends Emitter<Events>
	implements OutgoingMessagesOwner, MessageReceiver, DecodeReporter
{
	declare protected state: State;
	declare protected webSocket: WebSocketClient | undefined;
	declare protected readonly settings: ConnectionSettings;
	declare private readonly outgoing: OutgoingMessages;
	declare private readonly ledger: Ledger;
	/** Ticks without a sign of life from the peer. */
	declare private silence: number;
	/** The message under way, where the WebSocket underneath gives pieces. */
	declare private assembly?: MessageBuffer | undefined;
	/** An error that is to be emitted in a later turn. */
	declare private pendingError: string | undefined;
	/** What the `close` event will tell, once the peer's close frame has come or a violation: 1006 until then. */
	declare private closeCode?: number;
	declare private closeReason?: string;

	constructor(settings: ConnectionSettings) {
		super();
		const ledger = new Ledger();
		this.state = State.idle;
		this.webSocket = undefined;
		this.settings = settings;
		this.outgoing = new OutgoingMessages(settings, ledger, this);
		this.ledger = ledger;
		this.silence = 0;
		this.pendingError = undefined;
	}

	/**
	 * Sends a message, or puts it in the send queue until it can be sent.
	 * @param data A value that `sendType` can encode: for JSON anything that JSON.stringify() takes, for text a
	 *   string, for binary types an ArrayBuffer, a view, or a string, which is sent as UTF-8.
	 * @throws TypeError when the value cannot be encoded; nothing has changed then.
	 */
	send(data: unknown, options?: SendOptions): SendOutcome {
		const sendType = options ? this.typeFor(data, options) : this.settings.sendType;
		const binary = sendType.binary;
		const octets = sendType.encode(data);
		const length = octets.byteLength;
		const outgoing = this.outgoing;
		// Text was encoded for this message; binary bytes are the caller's own.
		if (outgoing.waiting || !outgoing.write(octets, length, binary, !binary))
			return this.enqueue(octets, length, binary);
		this.ledger.accepted++;
		return sent;
	}

	/** Whether messages can be exchanged now. */
	isOpen(): boolean {
		return this.state === State.open;
	}

	/** Whether the connection's end has begun. */
	get isClosing(): boolean {
		return this.state >= State.closing;
	}

	/** What became of the messages so far. */
	get counters(): Counters {
		return this.ledger.snapshot(this.outgoing.waiting);
	}

	/**
	 * Closes the connection with a closing handshake. Messages that wait are lost, and counted as such.
	 * @param code 1000 (default), another one of RFC 6455 section 7.4 that may be sent, or 3000 to 4999.
	 * @param reason Text for the peer, at most 123 octets in UTF-8; what is longer is cut off.
	 * @throws TypeError when the code is not a number or the reason not a string, RangeError when the code may not be
	 *   sent. The connection stays as it is then.
	 */
	close(code: number = CloseCode.normal, reason = ""): void {
		if (typeof code !== "number") throw wrongType("the close code", code, "a number");
		if (!Number.isInteger(code) || !isSendableCloseCode(code))
			throw new RangeError(`the close code is ${code}; it must be 1000-1003, 1007-1014 or 3000-4999`);
		if (typeof reason !== "string") throw wrongType("the close reason", reason, "a string");
		this.lose();
		if (this.state === State.open) this.startClosing(code, reason);
	}

	/** Counts a tick of silence; after too many the peer is asked for a sign of life, then the connection dropped. */
	tick(): void {
		if (this.state !== State.open) return;
		const { pingTicks, dropTicks } = this.settings;
		this.silence++;
		if (this.silence === pingTicks) this.ping();
		else if (this.silence >= dropTicks) {
			// The end has begun before the listener is called, so that it may call open().
			this.beginEnd();
			this.fire("error", "the peer has not answered a ping within pongTimeout; the connection is dropped");
			this.drop();
		}
	}

	/** Ends the connection at once: `close` with 1006 follows in this turn, if it was open. */
	protected drop(): void {
		if (this.state < State.open) return;
		this.webSocket?.close();
		this.webSocket = undefined;
		this.finish(CloseCode.abnormal, "");
	}

	/** Emits an error in a later turn, or before `close`, if that comes earlier. */
	report(message: string): void {
		if (this.pendingError !== undefined) {
			this.pendingError += `; ${message}`;
			return;
		}
		this.pendingError = message;
		after(0, () => this.reportNow());
	}

	/** A message too long for the queue may leave nothing behind that waits: its episode ends at once. */
	private reportNow(): void {
		const message = this.pendingError;
		if (message === undefined) return;
		this.pendingError = undefined;
		this.fire("error", message);
		if (this.outgoing.endEpisode()) this.fire(drainEvent);
	}

	/** Gives up the messages that wait, and counts them as lost. */
	protected lose(): void {
		this.outgoing.lose();
	}

	/** Hook: the connection is open; `open` is emitted when it returns. */
	protected abstract onOpened(): void;
	/** Hook: the connection did not come to be open. */
	protected abstract onOpenFailed(reason: string): void;
	/**
	 * Hook: a connection that was open has ended; `close` is emitted when it returns. `webSocket` is still set when the
	 * TCP connection may last longer.
	 * @param reopens Whether the next one was asked for.
	 */
	protected abstract onFinished(reopens: boolean): void;
	/** Hook: send() has stalled the device. */
	protected onStalled?(milliseconds: number): void;
	/** Hook: the longest message that is sent in parts without passing the queue, in bytes. */
	abstract get longestPastQueue(): number;
	/** Hook: whether a message may wait while the connection is not open. */
	protected abstract get mayQueue(): boolean;

	/** Called by the WebSocket underneath with a complete message. */
	onMessage(data: ArrayBuffer | string, count: number, binary: boolean): void {
		this.silence = 0;
		if (this.state !== State.open) return;
		const ledger = this.ledger;
		ledger.received++;
		ledger.octetsReceived += count;
		this.fireMessage(this.settings.receiveType.decode(data, this), binary ? binaryInfo : textInfo);
	}

	/** Called by the WebSocket underneath: take() gives a complete message, of which nothing is kept once it is decoded. */
	onCollected(count: number, binary: boolean): void {
		this.silence = 0;
		const webSocket = this.webSocket;
		if (this.state !== State.open || !webSocket) return;
		const ledger = this.ledger;
		ledger.received++;
		ledger.octetsReceived += count;
		const message = this.settings.receiveType.decode((webSocket as MessageSource).take(), this);
		this.fireMessage(message, binary ? binaryInfo : textInfo);
	}

	/** Called by a WebSocket underneath that knows the pattern only: a piece of a message can be read. */
	receive(webSocket: WebSocketClient, count: number, { more, binary = false }: ReadableInfo): void {
		const piece = webSocket.read() ?? new ArrayBuffer(0);
		this.silence = 0;
		if (this.state !== State.open) return;
		if (!more && !this.assembly && count <= this.settings.maxMessageSize)
			return this.onMessage(piece, count, binary);
		if (!this.assemble(piece, more)) return;
		const message = this.assembly as MessageBuffer;
		if (more) return;
		this.assembly = undefined;
		this.onMessage(message.bytes.buffer, message.size, binary);
	}

	/** Adds a piece to the message under way. Returns false when it gets too long, which ends the connection. */
	private assemble(piece: ArrayBuffer, more: boolean): boolean {
		const { maxMessageSize } = this.settings;
		this.assembly ??= new MessageBuffer(false);
		const { assembly } = this;
		const length = assembly.length + piece.byteLength;
		const size = MessageBuffer.sizeFor(length, assembly.size, !more, maxMessageSize);
		if (length > maxMessageSize || (size !== assembly.size && !this.mayBuffer(size))) {
			const message = `a message has ${length} bytes or more; maxMessageSize is ${maxMessageSize}, and there must be memory for it`;
			this.startClosing(CloseCode.messageTooBig, message);
			this.fire("error", message);
			return false;
		}
		assembly.resize(size);
		const place = assembly.next(piece.byteLength);
		place.set(new Uint8Array(piece));
		assembly.accept(place);
		return true;
	}

	/** Called by the WebSocket underneath: a part of a message has come. */
	onActivity(): void {
		this.silence = 0;
	}

	/** Called by the WebSocket underneath before it takes memory for a message that does not come whole. */
	mayBuffer(_size: number): boolean {
		return true;
	}

	/** The bytes of memory that a message takes which has not come whole. */
	get buffered(): number {
		return this.assembly?.size ?? this.webSocket?.buffered ?? 0;
	}

	/** Gives up the message that has not come whole, and the connection with it: its memory is needed elsewhere. */
	giveUpMessage(): void {
		const message = `the unfinished message of ${this.buffered} bytes gave way to those of other connections`;
		this.report(message);
		this.startClosing(CloseCode.messageTooBig, message);
	}

	/** Called by the WebSocket underneath: `window` octets can be written; the first time, that it is open. */
	allow(webSocket: WebSocketClient, window: number): void {
		if (this.state >= State.closing) return;
		this.outgoing.grant(webSocket, window);
		if (this.state === State.connecting) {
			this.state = State.open;
			this.silence = 0;
			// After a first connection; most have no second one, and need no room for these.
			if (this.closeCode) {
				this.closeCode = CloseCode.abnormal;
				this.closeReason = "";
			}
			this.onOpened();
			this.fire("open");
		}
		if (this.state !== State.open || !this.outgoing.flush()) return;
		// The error of an episode comes before its end, however soon that is.
		this.reportNow();
		this.fire(drainEvent);
	}

	/** Called by the WebSocket underneath. */
	noteControl(opcode: number, payload: ArrayBuffer): void {
		this.silence = 0;
		if (opcode !== closeOpcode) return;
		const octets = new Uint8Array(payload);
		this.closeCode =
			octets.length < 2 ? CloseCode.noStatus : ((octets[0] as number) << 8) | (octets[1] as number);
		this.closeReason = octets.length < 3 ? "" : String.fromArrayBuffer(payload.slice(2));
		this.beginEnd();
	}

	/** Called by the WebSocket underneath: the closing handshake is complete. */
	noteClose(): void {
		this.finish(this.closeCode, this.closeReason);
	}

	/** Called by the WebSocket underneath, after noteClose(): its TCP connection has ended. */
	noteEnd(): void {
		this.webSocket = undefined;
	}

	/** Called by the WebSocket underneath. */
	noteError(error: WebSocketClientError | undefined): void {
		if (this.state === State.connecting) {
			this.webSocket = undefined;
			this.onOpenFailed(error?.message ?? "the connection was refused or lost");
		} else if (error?.code === undefined) {
			this.webSocket = undefined;
			this.finish(this.closeCode, this.closeReason);
		} else {
			this.closeCode = error.code;
			this.closeReason = error.message;
			this.beginEnd();
			this.fire("error", error.message);
		}
	}

	/** How a message is sent with options. Bytes are sent as they are if they are said to be a binary message. */
	private typeFor(data: unknown, options: SendOptions): Pick<MediaType, "binary" | "encode"> {
		const { sendType } = this.settings;
		const raw = rawOptions(options);
		if (raw["binary"] === undefined) return sendType;
		const binary = booleanOption(raw, "binary");
		if (binary && isBuffer(data)) return bytesType;
		return {
			binary,
			encode(value) {
				const bytes = sendType.encode(value);
				// What is not binary is masked in place: not the caller's own bytes.
				return sendType.binary ? copyOf(bytes) : bytes;
			},
		};
	}

	private enqueue(octets: ArrayBuffer | ArrayBufferView, length: number, binary: boolean): SendOutcome {
		const outgoing = this.outgoing;
		if (this.state !== State.open && !this.mayQueue) {
			outgoing.refuse();
			return discarded;
		}
		if (!outgoing.enqueue(octets, length, binary)) return discarded;
		this.ledger.accepted++;
		const throttleFactor = this.settings.throttleFactor;
		if (throttleFactor) this.stall(outgoing.waiting * throttleFactor);
		return queued;
	}

	private stall(milliseconds: number): void {
		const bounded = Math.min(milliseconds, longestStall);
		Timer.delay(bounded);
		this.onStalled?.(bounded);
	}

	private ping(): void {
		try {
			this.webSocket?.write(new ArrayBuffer(0), pingWrite);
		} catch (error) {
			// A window that is shut all this time is no better a sign of life than a missing pong.
			traceMistake(error);
		}
	}

	private startClosing(code: number, reason: string): void {
		const payload = closePayload(code, reason);
		this.beginEnd();
		const webSocket = this.webSocket;
		try {
			webSocket?.write(payload, closeWrite);
		} catch (error) {
			// The socket has failed and has not said so yet.
			traceMistake(error);
			after(0, () => {
				if (this.webSocket === webSocket) this.drop();
			});
		}
	}

	private beginEnd(): void {
		if (this.state !== State.reopening) this.state = State.closing;
		if (this.assembly) this.assembly = undefined;
		this.outgoing.shut();
	}

	private finish(code: number = CloseCode.abnormal, reason = ""): void {
		this.beginEnd();
		// Nothing is emitted after `close`.
		this.reportNow();
		const reopens = this.isReopening;
		this.state = State.idle;
		this.onFinished(reopens);
		this.fire("close", code, reason);
	}

	/** Asked for by itself: a listener that was called meanwhile may have changed it. */
	private get isReopening(): boolean {
		return this.state === State.reopening;
	}
}

/** The callbacks of every WebSocket underneath a Connection, its `target`. */
export const connectionCallbacks: WebSocketClientCallbacks = Object.freeze({
	onReadable(this: WebSocketClient, count: number, info: ReadableInfo): void {
		(this.target as Connection).receive(this, count, info);
	},
	onWritable(this: WebSocketClient, count: number): void {
		(this.target as Connection).allow(this, count);
	},
	onControl(this: WebSocketClient, opcode: number, payload: ArrayBuffer): void {
		(this.target as Connection).noteControl(opcode, payload);
	},
	onClose(this: WebSocketClient): void {
		(this.target as Connection).noteClose();
	},
	onEnd(this: WebSocketClient): void {
		(this.target as Connection).noteEnd();
	},
	onError(this: WebSocketClient, error?: WebSocketClientError): void {
		(this.target as Connection).noteError(error);
	},
});
