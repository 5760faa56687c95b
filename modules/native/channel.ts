import Timer from "timer";
import type { Channel, ChannelListener, ChannelSettings } from "../channel/contract.js";
import type { TcpSocket } from "../channel/tcp.js";
import { after, Timeout } from "../channel/timers.js";
// A manifest replaces modules/channel/channel by this module.
import { createWebSocket, guard, type SdkListener, type SdkWebSocket } from "../native/sdk.js";
import { type SdkSocket, type SdkSocketOwner, sdkSocketOptions } from "../native/sdksocket.js";
import { bytesOfMessage, type MessageData } from "../rfc6455/bytes.js";
import { CloseCode, closeCodeOf, closePayload, closeReasonOf, closeViolation } from "../rfc6455/closecode.js";
import { Opcode, payloadCapacity, Size } from "../rfc6455/frame.js";
import { MessageBuffer } from "../rfc6455/messagebuffer.js";
import type { SendQueue } from "../rfc6455/sendqueue.js";
import type { MessageWriter, SharedMessage } from "../rfc6455/writing.js";

const closeFrame = Object.freeze({ opcode: Opcode.close });
const pingFrame = Object.freeze({ opcode: Opcode.ping });
const pongFrame = Object.freeze({ opcode: Opcode.pong });

const enum Phase {
	opening,
	open,
	/** A close frame was sent, received, or waits for the window; or the peer broke the protocol or a limit. */
	closing,
	ended,
}

/**
 * A Channel over the SDK's own WebSocketClient. It adds the parts of RFC 6455 that the class leaves to its user, but not
 * the checks that the class lacks.
 */
export class NativeChannel implements Channel, MessageWriter, SdkListener, SdkSocketOwner {
	readonly tcp: TcpSocket;
	readonly isClient: boolean;
	private readonly settings: ChannelSettings;
	private readonly listener: ChannelListener;
	private readonly webSocket: SdkWebSocket;
	private socket: SdkSocket | undefined;
	private phase: Phase;
	/** Widest window so far, in bytes. */
	private widest: number;
	/** The unfinished message. */
	private message: MessageBuffer | undefined;
	/** Payload of a pong that waits for the window: the newest one (RFC 6455 section 5.5.3). */
	private waitingPong: Uint8Array | undefined;
	/** Payload of a close frame that waits for the window. */
	private waitingClose: Uint8Array<ArrayBuffer> | undefined;
	/** Payload of the peer's close frame, or of the one for its violation. */
	private closePayload: Uint8Array<ArrayBuffer> | undefined;
	/** True once the peer has violated the protocol or a limit. */
	private isFaulty: boolean;
	/** Ends the closing handshake. */
	private timer: Timer | undefined;

	/** Takes a socket over after the opening handshake. openChannel() makes one and opens it. */
	constructor(tcp: TcpSocket, isClient: boolean, settings: ChannelSettings, listener: ChannelListener) {
		this.tcp = tcp;
		this.isClient = isClient;
		this.settings = settings;
		this.listener = listener;
		this.socket = undefined;
		this.phase = Phase.opening;
		this.widest = 0;
		this.message = undefined;
		this.waitingPong = undefined;
		this.waitingClose = undefined;
		this.closePayload = undefined;
		this.isFaulty = false;
		this.timer = undefined;
		this.webSocket = createWebSocket(sdkSocketOptions(this), this);
	}

	/** Opens the channel with the send window of the socket, and parses its unread bytes. */
	open(window: number, unread: number, protocol: string): void {
		const socket = this.socket as SdkSocket;
		if (this.isClient) socket.handshake();
		socket.onSocketWritable(window);
		this.phase = Phase.open;
		this.listener.onOpen(this, protocol);
		if (unread) socket.receive(unread);
	}

	get writer(): this {
		return this;
	}

	write(data: MessageData, binary: boolean, more: boolean): number {
		const bytes = bytesOfMessage(data);
		// The SDK's class writes a wrong length for a longer frame.
		if (this.phase !== Phase.open || bytes.length > Size.medium) return -1;
		// A client's class masks in place: it must not be the app's own bytes.
		const own = typeof data === "string" || !this.isClient ? bytes : bytes.slice();
		return this.writeFrame(own, { binary, more }) ? bytes.length : -1;
	}

	writeShared({ data, binary }: SharedMessage): number {
		return this.write(data, binary, false);
	}

	writeQueued(queue: SendQueue): number {
		return queue.writeFirst(this);
	}

	get capacity(): number {
		return this.phase === Phase.open ? this.capacityOf(this.socket?.window ?? 0) : 0;
	}

	get widestCapacity(): number {
		return this.capacityOf(this.widest);
	}

	takeMessage(): ArrayBuffer | string {
		const { message } = this;
		this.message = undefined;
		if (!message) return new ArrayBuffer(0);
		const { buffer } = message.bytes;
		return this.settings.strings && message.check ? String.fromArrayBuffer(buffer) : buffer;
	}

	get buffered(): number {
		return this.message?.bytes.length ?? 0;
	}

	ping(): void {
		if (this.phase === Phase.open) this.writeFrame(new Uint8Array(0), pingFrame);
	}

	close(code: number, reason: string): void {
		if (this.phase === Phase.open) this.startClosing(closePayload(code, reason), this.settings.closeTimeout);
	}

	destroy(): void {
		this.phase = Phase.ended;
		this.message = undefined;
		Timer.clear(this.timer);
		this.timer = undefined;
		this.webSocket.close();
	}

	onSocket(socket: SdkSocket): void {
		this.socket = socket;
	}

	onData(count: number, more: boolean, binary: boolean): void {
		const data = count > 0 ? this.webSocket.read() : undefined;
		if (this.phase !== Phase.open) return;
		if (count < 0) return this.fail(CloseCode.protocolError, "the length of a frame cannot be read");
		if (!this.collect(data, count, more, binary)) return;
		if (more) return this.listener.onActivity();
		this.listener.onMessage(undefined, this.buffered, binary);
		this.message = undefined;
	}

	onWritable(): void {
		const { socket } = this;
		const window = socket?.window ?? 0;
		if (window > this.widest) this.widest = window;
		if (this.waitingPong) this.writePong(this.waitingPong);
		if (this.waitingClose) this.writeClose(this.waitingClose);
		// RFC 6455 section 7.1.1: close frames were exchanged, and the server ends the TCP connection.
		else if (!this.isClient && this.closePayload && !this.isFaulty && socket?.hasClosed) this.endWithin(0);
		else if (this.capacity) this.listener.onWindow();
	}

	onControl(opcode: number, buffer: ArrayBuffer): void {
		// After the first close frame, or a violation.
		if (this.closePayload) return;
		const payload = new Uint8Array(buffer);
		// The SDK's class would answer with a frame of the same length.
		if (payload.length > Size.short)
			return this.fail(CloseCode.protocolError, "a control frame has more than 125 bytes");
		if (opcode === Opcode.close) return this.receiveClose(payload);
		if (opcode === Opcode.ping && this.phase === Phase.open) this.writePong(payload);
		this.listener.onActivity();
		this.listener.onControl?.(opcode, buffer);
	}

	onEnd(): void {
		if (this.phase === Phase.ended) return;
		const hasEnded = this.socket?.hasEnded;
		if (!hasEnded && !this.closePayload) this.onFault(CloseCode.protocolError, "the peer broke the protocol");
		if (this.closePayload) this.end(undefined);
		else if (this.phase === Phase.closing) this.end("the peer did not finish the closing handshake");
		else this.end("the connection was lost");
	}

	onException(error: unknown): void {
		trace(`xs-web-socket: ${error}\n`);
		this.end(String(error));
	}

	private capacityOf(window: number): number {
		const capacity = payloadCapacity(window, this.isClient);
		return capacity < Size.medium ? capacity : Size.medium;
	}

	/** Returns false, without side effects, if the frame cannot be sent now. */
	private writeFrame(bytes: Uint8Array, options: object): boolean {
		const { socket } = this;
		if (socket?.hasFailed) return false;
		try {
			this.webSocket.write(bytes, options);
		} catch {
			return false;
		}
		if (!socket?.hasFailed) return true;
		// The SDK's class regards the frame as sent. Received data can still be read.
		this.endWithin(this.settings.closeTimeout);
		return false;
	}

	/** Adds bytes to the unfinished message. Returns false when that fails the connection. */
	private collect(data: ArrayBuffer | undefined, count: number, more: boolean, binary: boolean): boolean {
		const { maxMessageSize } = this.settings;
		const length = (this.message?.length ?? 0) + count;
		const size = MessageBuffer.sizeFor(length, this.buffered, !more, maxMessageSize);
		// A message that arrives whole needs no buffer beyond its event.
		const waits = more || this.message !== undefined;
		const fits = length <= maxMessageSize;
		if (!fits || (waits && size !== this.buffered && !this.listener.mayBuffer(size))) {
			const message = fits
				? `there is no memory for a message of ${length} bytes beside the unfinished ones of other connections`
				: `a message has ${length} bytes or more; maxMessageSize is ${maxMessageSize}`;
			this.fail(CloseCode.messageTooBig, message);
			return false;
		}
		this.message ??= new MessageBuffer(!binary);
		const { message } = this;
		message.setSize(size);
		const piece = message.next(count);
		if (data) piece.set(new Uint8Array(data));
		message.length += count;
		const { check } = message;
		if (!check || (check.push(piece) && (more || check.isWhole))) return true;
		this.fail(CloseCode.invalidData, "a text message is not UTF-8");
		return false;
	}

	private receiveClose(payload: Uint8Array<ArrayBuffer>): void {
		const violation = closeViolation(payload);
		if (violation) return this.fail(violation.code, violation.message);
		if (this.phase === Phase.open) this.endWithin(this.settings.closeTimeout);
		this.phase = Phase.closing;
		this.message = undefined;
		// The answer of the SDK's class replaces it.
		this.waitingClose = undefined;
		this.closePayload = payload;
		this.listener.onControl?.(Opcode.close, payload.buffer);
		this.listener.onClosing();
	}

	/** Fails the connection (RFC 6455 section 7.1.7): sends a close frame, then ends the connection. */
	private fail(code: CloseCode, message: string): void {
		this.startClosing(closePayload(code, message), Timeout.linger);
		this.onFault(code, message);
	}

	private onFault(code: CloseCode, message: string): void {
		this.isFaulty = true;
		this.closePayload = closePayload(code, message);
		this.listener.onFault(code, message);
	}

	private startClosing(payload: Uint8Array<ArrayBuffer>, timeout: number): void {
		this.message = undefined;
		this.endWithin(timeout);
		if (this.phase !== Phase.open) return;
		this.phase = Phase.closing;
		this.writeClose(payload);
	}

	private writeClose(payload: Uint8Array<ArrayBuffer>): void {
		this.waitingClose = this.writeFrame(payload, closeFrame) ? undefined : payload;
	}

	private writePong(payload: Uint8Array): void {
		const socket = this.socket as SdkSocket;
		socket.takesPong = true;
		this.waitingPong = this.writeFrame(payload, pongFrame) ? undefined : payload;
		socket.takesPong = false;
	}

	private endWithin(milliseconds: number): void {
		Timer.clear(this.timer);
		this.timer = after(milliseconds, () => guard(this, () => this.onTimeout()));
	}

	private onTimeout(): void {
		this.timer = undefined;
		if (this.closePayload) this.end(undefined);
		else if (this.phase === Phase.closing) this.end("the peer did not answer the close frame in time");
		else this.end("the connection was lost");
	}

	/** Releases everything and reports the end to the listener, once. */
	private end(failure: string | undefined): void {
		const { closePayload, listener } = this;
		if (this.phase === Phase.ended) return;
		this.destroy();
		if (closePayload) listener.onClose(closeCodeOf(closePayload), closeReasonOf(closePayload), failure);
		else listener.onClose(CloseCode.abnormal, "", failure);
	}
}

/**
 * Opens a channel over a socket after the opening handshake, and parses the unread bytes of the socket.
 * @param window Send window of the socket, in bytes.
 * @param unread Number of unread bytes.
 * @param protocol The subprotocol chosen, or "".
 */
export const openChannel = (
	tcp: TcpSocket,
	window: number,
	unread: number,
	protocol: string,
	isClient: boolean,
	settings: ChannelSettings,
	listener: ChannelListener,
): void => {
	const channel = new NativeChannel(tcp, isClient, settings, listener);
	guard(channel, () => channel.open(window, unread, protocol));
};
