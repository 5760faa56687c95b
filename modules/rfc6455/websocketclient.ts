import Timer from "timer";
import { Attachment } from "./attachment.js";
import { ClientOpening, type ClientOpeningOptions, type ClientOpeningUser } from "./clientopening.js";
import type { CloseCode } from "./closecode.js";
import { type MessageReceiver, Protocol, type ReadableInfo } from "./protocol.js";
import type { SocketUser, UsedSocket } from "./transport.js";

/** How long the peer may take to read a close frame that tells of its violation, in milliseconds. */
const lingerTimeout = 500;
/**
 * How long a client waits for the server to end the TCP connection, once the closing handshake is complete, before it
 * tells the application without, in milliseconds. Most servers end it in the same breath; told only then, a new connection
 * does not meet what is left of the last one at the server.
 */
const endGrace = 100;

/** What onError is called with. */
export interface WebSocketError extends Error {
	/** The close code sent to a peer that broke the protocol or a limit; onClose follows. Otherwise absent. */
	code?: CloseCode;
}

/** The callbacks of ECMA-419: `this` is the WebSocketClient. None is called inside the constructor or a method. */
export interface WebSocketClientCallbacks {
	/** `count` octets of a message can be read; 0 for an empty message. */
	readonly onReadable?: ((this: WebSocketClient, count: number, info: ReadableInfo) => void) | undefined;
	/** `count` octets can be written as one frame. The first call tells that the WebSocket is open. */
	readonly onWritable?: ((this: WebSocketClient, count: number) => void) | undefined;
	/** A close (8), ping (9) or pong (10) frame came. Close and ping are answered without further ado. */
	readonly onControl?: ((this: WebSocketClient, opcode: number, payload: ArrayBuffer) => void) | undefined;
	/**
	 * The closing handshake is complete, or the connection has ended after an onError that had a code. When the server
	 * does not end a client's TCP connection within 100 ms, that ends later: when the server ends it after all, after
	 * `closeTimeout`, or by close().
	 */
	readonly onClose?: ((this: WebSocketClient) => void) | undefined;
	/** Addition: the TCP connection of a client has ended after onClose. */
	readonly onEnd?: ((this: WebSocketClient) => void) | undefined;
	/** The WebSocket could not be opened or the connection has failed. */
	readonly onError?: ((this: WebSocketClient, error: WebSocketError) => void) | undefined;
}

/** The options of ECMA-419, and additions, all optional, whose defaults are its behaviour. */
export interface WebSocketClientOptions extends WebSocketClientCallbacks, Partial<ClientOpeningOptions> {
	/** A connected socket of which the opening handshake is done: makes this side the server. */
	readonly attach?: object | undefined;
	/** Addition: the callbacks in one object, in place of the five options. Instances may share it. */
	readonly callbacks?: WebSocketClientCallbacks | undefined;
	/** Addition: is given messages that come whole and in one frame; onReadable is not called for them. Default none. */
	readonly receiver?: MessageReceiver | undefined;
	/** Anything; `target` of the instance. */
	readonly target?: unknown;
	/** Only "buffer", the default. */
	readonly format?: "buffer" | undefined;
	/** Addition: "string" lets read() give text messages as strings. Default "buffer". */
	readonly text?: "buffer" | "string" | undefined;
	/** Addition: the longest message that is received, in octets. Default: no limit. */
	readonly maxMessageSize?: number | undefined;
	/**
	 * Addition: how long the closing handshake may take, in milliseconds, and again, for a client, how long the server
	 * may take after it to end the TCP connection. Default 2000.
	 */
	readonly closeTimeout?: number | undefined;
}

/**
 * The WebSocket Client class of ECMA-419 over a TCP socket: RFC 6455, whole but for extensions, as a client
 * or, with `attach`, as a server.
 *
 * The clean way to end a connection is to write a close frame: `write(payload, { opcode: 8 })`; its answer is
 * waited for, for a limited time. close() ends it at once and without a word.
 */
export default class WebSocketClient extends Protocol implements SocketUser, ClientOpeningUser {
	static readonly text = 1;
	static readonly binary = 2;
	static readonly close = 8;
	static readonly ping = 9;
	static readonly pong = 10;

	declare private readonly callbacks: WebSocketClientCallbacks;
	/** Whatever the options had as `target`. */
	declare target: unknown;
	/** The subprotocol that the server chose, or "". */
	declare protocol: string;
	declare private readonly closeTimeout: number;
	/** The way to the open WebSocket, while it is under way. */
	declare private opening: ClientOpening | Attachment | undefined;
	/** Ends the closing handshake, when it comes to that. */
	declare private closeTimer?: Timer | undefined;

	/** @throws TypeError or RangeError for bad options; whatever the platform throws when it has no socket left. */
	constructor(options: WebSocketClientOptions) {
		const { attach, format = "buffer" } = options;
		if (format !== "buffer") throw new RangeError(`format is "${format}"; only "buffer" is supported`);
		const { maxMessageSize = Number.MAX_SAFE_INTEGER } = options;
		super(attach === undefined, options.text === "string", maxMessageSize, options.receiver);
		this.callbacks = options.callbacks ?? callbacksOf(options);
		this.target = options.target;
		this.protocol = "";
		this.closeTimeout = options.closeTimeout ?? 2000;
		if (attach) {
			this.opening = new Attachment(attach, this);
			return;
		}
		const { host, port = 80, path, protocol, headers, maxHeadSize, dns, socket } = options;
		if (!host || !socket) throw new TypeError("the options need a host and a socket, or a socket to attach");
		this.opening = new ClientOpening({ host, port, path, protocol, headers, maxHeadSize, dns, socket }, this);
	}

	/** "buffer": the octets of messages are read and written in buffers. */
	get format(): "buffer" {
		return "buffer";
	}

	/** Ends the connection at once, without a close frame. No callback is called any more. Repeating it does nothing. */
	close(): void {
		const socket = this.transport as UsedSocket | undefined;
		this.release();
		Timer.clear(this.closeTimer);
		this.closeTimer = undefined;
		this.opening?.close();
		this.opening = undefined;
		socket?.close();
	}

	onOpened(socket: UsedSocket, protocol: string, window: number, count: number): void {
		this.opening = undefined;
		this.protocol = protocol;
		this.transport = socket;
		socket.target = this;
		const capacity = this.grant(window);
		this.callbacks.onWritable?.call(this, capacity);
		if (count && this.transport) this.receive(count);
	}

	onOpeningFailed(message: string): void {
		this.opening = undefined;
		this.abandon(message);
	}

	onSocketWritable(count: number): void {
		// With each piece of the close frame that leaves, the peer has its time again: a narrow window takes many.
		if (this.hasFault && this.isWaiting) this.endWithin(lingerTimeout);
		const capacity = this.grant(count);
		if (capacity && this.transport) this.callbacks.onWritable?.call(this, capacity);
	}

	onSocketError(): void {
		if (this.isClosed || this.hasFault) this.finish();
		else
			this.abandon(
				this.isClosing ? "the peer did not finish the closing handshake" : "the connection was lost",
			);
	}

	onSocketException(error: unknown): void {
		trace(`WebSocketClient: ${error}\n`);
		if (this.isAnnounced) this.finish();
		else this.abandon(String(error));
	}

	protected override onData(count: number, info: ReadableInfo): void {
		this.callbacks.onReadable?.call(this, count, info);
	}

	protected override onControlFrame(opcode: number, payload: ArrayBuffer): void {
		this.callbacks.onControl?.call(this, opcode, payload);
	}

	protected override onFault(code: CloseCode, message: string): void {
		this.noteFault();
		this.endWithin(lingerTimeout);
		const error: WebSocketError = new Error(message);
		error.code = code;
		this.callbacks.onError?.call(this, error);
	}

	protected override onClosing(): void {
		this.endWithin(this.closeTimeout);
	}

	protected override onClosed(): void {
		// In a turn of its own at the least: this may be inside write(), from which no callback comes.
		this.endWithin(this.masks ? endGrace : 0);
	}

	protected override onDrained(): void {
		Timer.set(() => this.guard(this.resume));
	}

	private endWithin(milliseconds: number): void {
		if (this.closeTimer) Timer.schedule(this.closeTimer, milliseconds);
		else this.closeTimer = Timer.set(() => this.guard(this.end), milliseconds);
	}

	/** Timers lead here: an exception must not leave them, or the machine ends. */
	private guard(action: () => void): void {
		try {
			action.call(this);
		} catch (error) {
			this.onSocketException(error);
		}
	}

	/** Called by the timer. */
	private end(): void {
		if (!this.isClosed && !this.hasFault)
			return this.abandon("the peer did not answer the close frame in time");
		if (!this.masks || !this.isClosed || this.isAnnounced) return this.finish();
		// RFC 6455 section 7.1.1: the server ends the TCP connection first. The client waits for that, but the application need not.
		this.noteAnnounced();
		Timer.clear(this.closeTimer);
		this.closeTimer = undefined;
		this.endWithin(this.closeTimeout);
		this.callbacks.onClose?.call(this);
	}

	private finish(): void {
		const { callbacks } = this;
		this.close();
		(this.isAnnounced ? callbacks.onEnd : callbacks.onClose)?.call(this);
	}

	private abandon(message: string): void {
		this.close();
		this.callbacks.onError?.call(this, new Error(message));
	}
}

/** The callbacks alone, so that the rest of the options need not be kept. */
function callbacksOf(options: WebSocketClientCallbacks): WebSocketClientCallbacks {
	const { onReadable, onWritable, onControl, onClose, onEnd, onError } = options;
	return { onReadable, onWritable, onControl, onClose, onEnd, onError };
}
