import Timer from "timer";
import { hostField } from "../rfc6455/address.js";
import { CloseCode, closePayload } from "../rfc6455/closecode.js";
import { MessageBuffer } from "../rfc6455/messagebuffer.js";
import type { MessageReceiver } from "../rfc6455/protocol.js";
import type { UsedSocket } from "../rfc6455/transport.js";
import { TextReader, textOf } from "../rfc6455/utf8.js";
import { AnsweringWebSocket } from "./answering.js";
import { closeFault } from "./closefault.js";
import { Masks } from "./masks.js";
import { NameResolver } from "./nameresolver.js";
import type { NativeWebSocketClientCallbacks, NativeWebSocketClientOptions } from "./options.js";
import { guard, type SdkUser, type SdkWebSocket, sdkCallbacks } from "./sdk.js";
import {
	type SocketCallbacks,
	type SocketWatcher,
	watchedAttachOption,
	watchedSocketOption,
} from "./watchedsocket.js";

const enum Phase {
	/** A client resolves the name and connects. */
	connecting,
	/** There is a connection, and the WebSocket is not open yet. */
	handshake,
	open,
	/** A close frame was sent or came. */
	closing,
	closed,
}

const closeOpcode = 8;
const pingOpcode = 9;
const closeWrite = Object.freeze({ opcode: closeOpcode });
/** How long the peer may take to read a close frame that tells of its violation, in milliseconds. */
const lingerTimeout = 500;
/** The longest frame of which the SDK's class writes the length rightly. */
const longestFrame = 0xffff;
/** The longest payload of a control frame (RFC 6455 section 5.5). */
const longestControl = 125;

/**
 * The WebSocket Client class of ECMA-419 over the Moddable SDK's own WebSocketClient: what that leaves to its
 * callers is done here. It opens with its first event, takes every octet that it is told of, gives text as
 * strings, keeps the limit of messages, bounds the closing handshake, and says why a connection failed. What
 * the SDK's class does not check of RFC 6455 is not checked here either.
 */
export default class NativeWebSocketClient implements SocketWatcher, SdkUser {
	static readonly text = 1;
	static readonly binary = 2;
	static readonly close = 8;
	static readonly ping = 9;
	static readonly pong = 10;

	/** Whatever the options had as `target`. */
	target: unknown;
	private phase: Phase;
	private readonly callbacks: NativeWebSocketClientCallbacks;
	private readonly receiver: MessageReceiver | undefined;
	/** For a receiver: the message under way that does not come whole. */
	private buffer: MessageBuffer | undefined = undefined;
	private readonly maxMessageSize: number;
	private readonly givesStrings: boolean;
	private readonly closeTimeout: number;
	/** Octets of the message under way. */
	private received = 0;
	/** What read() gives. */
	private data: ArrayBuffer | string | undefined = undefined;
	private textReader: TextReader | undefined = undefined;
	/** Absent for a server, and once the WebSocket is open. */
	private resolver: NameResolver | undefined = undefined;
	private socket: UsedSocket | undefined = undefined;
	private socketCallbacks: SocketCallbacks | undefined = undefined;
	private readonly webSocket: AnsweringWebSocket;
	/** For a server. */
	private readonly masks: Masks | undefined = undefined;
	/** Why there is no socket. */
	private refusal: string | undefined = undefined;
	private socketEnded = false;
	/** The peer's close frame has come. */
	private peerClosed = false;
	/** A violation was told. */
	private faulted = false;
	/** The payload of a close frame that the window does not take yet. */
	private pendingClose: ArrayBuffer | ArrayBufferView | undefined = undefined;
	private timer: Timer | undefined = undefined;

	/** @throws TypeError or RangeError for bad options; whatever the platform throws when it has no socket left. */
	constructor(options: NativeWebSocketClientOptions) {
		const { attach, format = "buffer", host, port = 80, path, protocol, headers, dns, socket } = options;
		if (format !== "buffer") throw new RangeError(`format is "${format}"; only "buffer" is supported`);
		this.target = options.target;
		this.callbacks = options.callbacks ?? callbacksOf(options);
		this.receiver = options.receiver;
		this.maxMessageSize = options.maxMessageSize ?? Number.MAX_SAFE_INTEGER;
		this.givesStrings = options.text === "string";
		this.closeTimeout = options.closeTimeout ?? 2000;
		if (attach) {
			this.phase = Phase.handshake;
			this.masks = new Masks();
			this.webSocket = new AnsweringWebSocket({
				...sdkCallbacks,
				target: this,
				attach: watchedAttachOption(attach, this),
			});
			return;
		}
		if (!host || !socket) throw new TypeError("the options need a host and a socket, or a socket to attach");
		this.phase = Phase.connecting;
		this.resolver = new NameResolver(host, dns);
		this.webSocket = new AnsweringWebSocket({
			...sdkCallbacks,
			target: this,
			// What it writes as the field Host, and nothing else.
			host: hostField(host, port),
			port,
			path,
			protocol,
			headers,
			dns: this.resolver.option,
			socket: watchedSocketOption(socket, this),
		});
		if (this.refusal !== undefined) throw new Error(this.refusal);
	}

	/** "buffer": the octets of messages are read and written in buffers. */
	get format(): "buffer" {
		return "buffer";
	}

	/** The bytes that the buffer of an unfinished message takes. */
	get buffered(): number {
		return this.buffer?.size ?? 0;
	}

	/** What onReadable has told of, once: octets, or text where strings were asked for; undefined when it is empty. */
	read(): ArrayBuffer | string | undefined {
		const { data } = this;
		this.data = undefined;
		return data;
	}

	/**
	 * Writes a frame. A close frame waits for the window where need be, as long as the closing handshake may take.
	 * @returns How many octets the next one can have.
	 * @throws TypeError when `data` is no buffer, Error when the WebSocket is not open or the frame does not fit.
	 */
	write(data: ArrayBuffer | ArrayBufferView, options?: { readonly opcode?: number | undefined }): number {
		if (this.phase !== Phase.open && this.phase !== Phase.closing)
			throw new Error("the WebSocket is not open");
		// It would fail in the SDK's class, where it looks like a window that is too narrow.
		if (typeof data?.byteLength !== "number")
			throw new TypeError(`write() was given ${typeof data}; it takes an ArrayBuffer or a view`);
		// It copies views of single octets rightly, and no others.
		const octets =
			ArrayBuffer.isView(data) && (data as Partial<Uint8Array>).BYTES_PER_ELEMENT !== 1
				? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
				: data;
		if (options?.opcode === closeOpcode) {
			this.writeClose(octets, this.closeTimeout);
			return 0;
		}
		let window: number;
		try {
			window = this.webSocket.send(octets, options);
		} catch {
			throw new Error(`a frame of ${data.byteLength} bytes does not fit the window of the socket`);
		}
		this.readNumbers();
		return window < longestFrame ? window : longestFrame;
	}

	/** Ends the connection at once, without a close frame. No callback is called any more. Repeating it does nothing. */
	close(): void {
		this.phase = Phase.closed;
		this.data = this.buffer = undefined;
		Timer.clear(this.timer);
		this.timer = undefined;
		this.resolver?.close();
		this.resolver = undefined;
		this.webSocket?.close();
		this.socket = this.socketCallbacks = undefined;
	}

	onSocketWanted(callbacks: SocketCallbacks): void {
		this.socketCallbacks = callbacks;
	}

	onSocketMade(socket: UsedSocket): void {
		this.socket = socket;
		this.masks?.watch(socket);
	}

	onSocketRefused(error: unknown): void {
		this.refusal = error instanceof Error ? error.message : String(error);
	}

	receive(count: number): void {
		this.socketCallbacks?.onReadable(count);
	}

	onSocketWritable(count: number): void {
		if (this.phase === Phase.connecting) this.phase = Phase.handshake;
		this.webSocket.window = count;
		this.socketCallbacks?.onWritable(count);
	}

	onSocketError(): void {
		this.socketEnded = true;
		this.socketCallbacks?.onError();
	}

	onSocketException(error: unknown): void {
		trace(`NativeWebSocketClient: ${error}\n`);
		this.abandon(`the SDK's WebSocketClient failed: ${error}`);
	}

	/** Called by the SDK's class. */
	takeReadable(webSocket: SdkWebSocket, count: number, more: boolean, binary: boolean): void {
		this.open(0);
		// It counts below nothing where it has lost its place: a length of more than 31 bits, a masking key that came later.
		const data = count > 0 ? webSocket.read() : undefined;
		if (data) this.masks?.correctData(data);
		if (this.phase !== Phase.open) return;
		this.received += count;
		if (count < 0)
			return this.fail(CloseCode.protocolError, "a frame's length or masking key cannot be read");
		if (this.received > this.maxMessageSize)
			return this.fail(
				CloseCode.messageTooBig,
				`a message has more bytes than maxMessageSize, which is ${this.maxMessageSize}`,
			);
		if (this.receiver) return this.collect(this.receiver, data, more, binary);
		if (!more) this.received = 0;
		this.data = data;
		if (!binary && !this.takeText(data, more)) return;
		this.callbacks.onReadable?.call(this, count, { more, binary });
	}

	/** Called by the SDK's class. */
	takeWritable(count: number): void {
		if (this.phase < Phase.open) return this.open(count);
		const window = this.webSocket.answerWaiting(count);
		this.readNumbers();
		if (this.pendingClose) this.sendClose(this.pendingClose);
		// It has answered the peer's close frame. RFC 6455 section 7.1.1: the server ends the TCP connection first.
		else if (this.peerClosed && this.masks && !this.faulted) this.endWithin(0);
		else if (this.phase === Phase.open && window)
			this.callbacks.onWritable?.call(this, window < longestFrame ? window : longestFrame);
	}

	/** Called by the SDK's class, which answers close frames afterwards. */
	takeControl(opcode: number, payload: ArrayBuffer): void {
		this.open(0);
		this.masks?.unmaskControl(payload);
		if (this.faulted || this.isClosed) return;
		const { byteLength } = payload;
		// It would answer with a frame as long.
		if (byteLength > longestControl)
			return this.fail(CloseCode.protocolError, `a control frame has ${byteLength} bytes; it may have 125`);
		if (opcode === closeOpcode) {
			if (this.peerClosed) return;
			const fault = closeFault(payload);
			if (fault) return this.fail(fault.code, fault.message);
			this.peerClosed = true;
			this.webSocket.closeAnswer = payload;
			// The answer of the SDK's class takes its place.
			this.pendingClose = undefined;
			if (this.phase === Phase.open) this.endWithin(this.closeTimeout);
			this.phase = Phase.closing;
		} else if (opcode === pingOpcode && this.phase === Phase.open) this.webSocket.answerPing(payload);
		this.callbacks.onControl?.call(this, opcode, payload);
	}

	/** Called by the SDK's class: it has closed the socket. */
	takeEnd(): void {
		if (this.isClosed) return;
		if (this.peerClosed || this.faulted) return this.end();
		// In the constructor, which throws what was wrong.
		if (!this.webSocket) return;
		const message = this.failure();
		if (this.phase < Phase.open || this.socketEnded) return this.abandon(message);
		this.tellFault(CloseCode.protocolError, message);
		this.end();
	}

	private get isClosed(): boolean {
		return this.phase === Phase.closed;
	}

	/** What is known of the end of the connection. */
	private failure(): string {
		const { resolver, phase, refusal, socketEnded } = this;
		if (refusal !== undefined) return refusal;
		if (resolver && !resolver.resolved) return `the name "${resolver.host}" could not be resolved`;
		if (phase === Phase.connecting) return "the connection was refused";
		if (phase === Phase.handshake) {
			if (this.masks) return "the client disconnected right after the handshake";
			return socketEnded
				? "the server ended the connection during the handshake"
				: "the server's answer is not one that opens a WebSocket";
		}
		if (!socketEnded) return "the peer broke the protocol";
		return phase === Phase.closing
			? "the peer did not finish the closing handshake"
			: "the connection was lost";
	}

	/** The first event tells that the WebSocket is open; with octets it may come before the window is known. */
	private open(window: number): void {
		if (this.phase >= Phase.open) return;
		this.phase = Phase.open;
		this.resolver = undefined;
		this.callbacks.onWritable?.call(this, window < longestFrame ? window : longestFrame);
	}

	/** Gives a message to the receiver once it is complete. */
	private collect(
		receiver: MessageReceiver,
		data: ArrayBuffer | undefined,
		more: boolean,
		binary: boolean,
	): void {
		const length = this.received;
		if (!more) this.received = 0;
		if (!more && !this.buffer) {
			this.data = data ?? (binary || !this.givesStrings ? new ArrayBuffer(0) : "");
			if (binary || this.takeText(data, false))
				receiver.onMessage(this.read() as ArrayBuffer | string, length, binary);
			return;
		}
		const size = MessageBuffer.sizeFor(length, this.buffered, !more, this.maxMessageSize);
		if (size !== this.buffered && !receiver.mayBuffer(size))
			return this.fail(
				CloseCode.messageTooBig,
				`there is no memory for a message of ${length} bytes beside the unfinished ones of other connections`,
			);
		this.buffer ??= new MessageBuffer(!binary);
		const { buffer } = this;
		buffer.resize(size);
		if (data) {
			const piece = buffer.next(data.byteLength);
			piece.set(new Uint8Array(data));
			if (!buffer.accept(piece)) return this.refuseText();
		}
		if (more) return receiver.onActivity();
		if (!buffer.isWhole) return this.refuseText();
		const message = buffer.bytes.buffer;
		this.buffer = undefined;
		this.data = this.givesStrings && !binary ? textOf(message) : message;
		receiver.onCollected(length, binary);
		this.data = undefined;
	}

	/** The message of which the receiver is told, once. */
	take(): ArrayBuffer | string {
		return this.read() ?? "";
	}

	private refuseText(): void {
		this.fail(CloseCode.invalidData, "a text message is not UTF-8");
	}

	/** Checks a piece of text. Returns whether it is UTF-8. */
	private takeText(octets: ArrayBuffer | undefined, more: boolean): boolean {
		this.textReader ??= new TextReader();
		try {
			const text = this.textReader.decode(octets ?? new ArrayBuffer(0), !more);
			if (this.givesStrings && octets) this.data = text;
			return true;
		} catch {
			this.refuseText();
			return false;
		}
	}

	/** RFC 6455 section 7.1.7: a violation is told to the peer, and the connection ends. */
	private fail(code: CloseCode, message: string): void {
		this.writeClose(closePayload(code, message), lingerTimeout);
		this.tellFault(code, message);
	}

	private writeClose(payload: ArrayBuffer | ArrayBufferView, timeout: number): void {
		if (this.phase !== Phase.open) return;
		this.phase = Phase.closing;
		this.buffer = undefined;
		this.endWithin(timeout);
		this.sendClose(payload);
	}

	private sendClose(payload: ArrayBuffer | ArrayBufferView): void {
		try {
			this.webSocket.send(payload, closeWrite);
			this.pendingClose = undefined;
			this.readNumbers();
		} catch {
			this.pendingClose = payload;
		}
	}

	private tellFault(code: CloseCode, message: string): void {
		this.phase = Phase.closing;
		this.faulted = true;
		this.data = this.buffer = undefined;
		const error: Error & { code?: number } = new Error(message);
		error.code = code;
		this.callbacks.onError?.call(this, error);
	}

	/**
	 * Lets the SDK's class go on in the header of a frame: it leaves its socket in the other format when it
	 * writes, and would take all that comes next for one octet of the header.
	 */
	private readNumbers(): void {
		if (this.socket && !this.isClosed) (this.socket as unknown as { format: string }).format = "number";
	}

	private endWithin(milliseconds: number): void {
		if (this.timer) Timer.schedule(this.timer, milliseconds);
		else this.timer = Timer.set(() => guard(this, this.end), milliseconds);
	}

	private end(): void {
		if (this.isClosed) return;
		if (!this.peerClosed && !this.faulted)
			return this.abandon("the peer did not answer the close frame in time");
		this.close();
		this.callbacks.onClose?.call(this);
	}

	private abandon(message: string): void {
		if (this.isClosed) return;
		this.close();
		this.callbacks.onError?.call(this, new Error(message));
	}
}

/** The callbacks alone, so that the rest of the options need not be kept. */
function callbacksOf(options: NativeWebSocketClientCallbacks): NativeWebSocketClientCallbacks {
	const { onReadable, onWritable, onControl, onClose, onError } = options;
	return { onReadable, onWritable, onControl, onClose, onError };
}
