import Timer from "timer";
import { CloseCode, closeCodeOf, closePayload, closeReasonOf, closeViolation } from "../rfc6455/closecode.js";
import { Opcode } from "../rfc6455/frame.js";
import { FrameParser } from "../rfc6455/frameparser.js";
import { FrameWriter } from "../rfc6455/framewriter.js";
import type { ControlListener } from "../rfc6455/parsing.js";
import type { Channel, ChannelListener, ChannelSettings } from "./contract.js";
import type { SocketOwner, TcpSocket } from "./tcp.js";
import { after, Timeout, textOf } from "./timers.js";

/**
 * Milliseconds that a client waits after the closing handshake for the server to end the TCP connection, before it
 * reports the end anyway. Most servers end it at once. Waiting for that keeps a new connection from arriving at the
 * server before the last one has ended.
 */
const endGrace = 100;

/** Progress of the closing handshake (RFC 6455 section 7.1), in bits. */
const enum Closing {
	/** A close frame was sent, or waits for the window. */
	started = 1,
	/** The peer's close frame has arrived. */
	received = 2,
	/** The peer broke the protocol or a limit. */
	fault = 4,
	/** The listener knows that the connection has ended. */
	announced = 8,
}

/** A Channel over a TCP socket, for both roles: RFC 6455 without extensions. */
export class SocketChannel implements Channel, SocketOwner, ControlListener {
	/** Undefined once the TCP connection has ended. */
	private socket: TcpSocket | undefined;
	readonly receiver: FrameParser<ChannelSettings, ChannelListener>;
	readonly writer: FrameWriter;
	/** Bits of `Closing`. */
	private closing: number;
	/** Ends the closing handshake. */
	private timer?: Timer | undefined;
	/** Payload of the peer's close frame, or of the one for its violation. */
	private closeFrame?: Uint8Array<ArrayBuffer>;

	/**
	 * Takes a socket over after the opening handshake. openChannel() makes one and opens it.
	 * @param window Send window of the socket, in bytes.
	 */
	constructor(
		socket: TcpSocket,
		window: number,
		isClient: boolean,
		settings: ChannelSettings,
		listener: ChannelListener,
	) {
		this.socket = socket;
		this.receiver = new FrameParser(socket, settings, !isClient, listener, this);
		this.writer = new FrameWriter(socket, isClient, window);
		this.closing = 0;
		socket.target = this;
	}

	takeMessage(): ArrayBuffer | string {
		return this.receiver.takeMessage();
	}

	get buffered(): number {
		return this.receiver.buffered;
	}

	pause(): void {
		this.receiver.pause();
	}

	resume(): void {
		after(0, () => this.run(() => this.receiver.resume()));
	}

	ping(): void {
		this.sendControl(Opcode.ping, new ArrayBuffer(0));
	}

	/** Sends a ping or pong. Returns false, without side effects, if it cannot be sent now. */
	sendControl(opcode: Opcode, payload: ArrayBuffer | ArrayBufferView): boolean {
		return this.writer.control(opcode, payload);
	}

	/** True once the closing handshake has started. */
	get isClosing(): boolean {
		return this.closing !== 0 || !this.socket;
	}

	close(code: number, reason: string): void {
		this.closeWith(closePayload(code, reason));
		this.receiver.dropMessages();
		// The peer's close frame is behind what was not read.
		if (this.receiver.isPaused) this.resume();
	}

	/** Sends a close frame with this payload, once. Messages still arrive until the peer's close frame. */
	closeWith(payload: Uint8Array<ArrayBuffer>): void {
		if (!this.socket || this.closing & Closing.started) return;
		this.closing |= Closing.started;
		this.writer.close(payload);
		this.endWithin(this.receiver.settings.closeTimeout);
		this.checkClosed();
	}

	destroy(): void {
		const { socket } = this;
		this.socket = undefined;
		this.writer.endData();
		this.receiver.close();
		Timer.clear(this.timer);
		this.timer = undefined;
		socket?.close();
	}

	onSocketWritable(count: number): void {
		// Each piece of the close frame that is sent restarts the timeout: with a narrow window there are many.
		if (this.closing & Closing.fault && this.writer.isWaiting) this.endWithin(Timeout.linger);
		const waited = this.writer.isWaiting;
		if (this.writer.grant(count) && !this.closing) this.receiver.listener.onWindow();
		else if (waited) this.checkClosed();
	}

	onSocketError(error?: unknown): void {
		if (this.isClosed || this.closing & Closing.fault) this.end(undefined);
		else if (error instanceof Error) this.end(error.message);
		else if (this.closing) this.end("the peer did not finish the closing handshake");
		else this.end("the connection was lost");
	}

	onSocketException(error: unknown): void {
		const text = textOf(error);
		trace(`xs-web-socket: ${text}\n`);
		this.end(text);
	}

	onControl(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
		if (opcode === Opcode.close) return this.receiveClose(payload);
		if (opcode === Opcode.ping && !this.closing) this.writer.pong(payload.slice());
		this.receiver.listener.onActivity();
		this.receiver.listener.onControl?.(opcode, payload.buffer);
	}

	/** Fails the connection (RFC 6455 section 7.1.7): sends a close frame, then ends the connection. */
	onViolation(code: CloseCode, message: string): void {
		const payload = closePayload(code, message);
		this.closeWith(payload);
		this.closing |= Closing.fault;
		this.closeFrame = payload;
		this.endWithin(Timeout.linger);
		this.receiver.listener.onFault(code, message);
	}

	onLateClose(): void {
		this.closing |= Closing.received;
		this.checkClosed();
	}

	/** Answers the peer's close frame with its code and reason (RFC 6455 section 5.5.1). */
	private receiveClose(payload: Uint8Array<ArrayBuffer>): void {
		const violation = closeViolation(payload);
		if (violation) {
			this.receiver.fail(violation.code, violation.message);
			return this.onLateClose();
		}
		this.closing |= Closing.received;
		this.closeFrame = payload;
		this.writer.endData();
		this.receiver.dropAll();
		this.receiver.listener.onControl?.(Opcode.close, payload.buffer);
		this.receiver.listener.onClosing();
		if (!this.socket) return;
		this.closeWith(payload.slice());
		this.checkClosed();
	}

	/** True when close frames were exchanged in both directions. */
	private get isClosed(): boolean {
		const both = Closing.started | Closing.received;
		return (this.closing & both) === both && !this.writer.isWaiting;
	}

	/** Ends the connection, in a later turn, once the closing handshake is complete. */
	private checkClosed(): void {
		if (this.isClosed && !(this.closing & Closing.announced))
			this.endWithin(this.receiver.masked ? 0 : endGrace);
	}

	private endWithin(milliseconds: number): void {
		if (this.timer) Timer.schedule(this.timer, milliseconds);
		else this.timer = after(milliseconds, () => this.run(this.onTimeout));
	}

	/** Runs the work of a timer: an exception must not leave it. */
	private run(work: () => void): void {
		try {
			if (this.socket) work.call(this);
		} catch (error) {
			this.onSocketException(error);
		}
	}

	private onTimeout(): void {
		const failed = !this.isClosed && !(this.closing & Closing.fault);
		if (failed) return this.end("the peer did not answer the close frame in time");
		if (this.receiver.masked || !this.isClosed || this.closing & Closing.announced)
			return this.end(undefined);
		// RFC 6455 section 7.1.1: the server ends the TCP connection first. The client waits for that, but the listener does not.
		this.timer = undefined;
		this.endWithin(this.receiver.settings.closeTimeout);
		this.announce(undefined);
	}

	private end(failure: string | undefined): void {
		// Destroyed by a callback that has thrown then.
		if (!this.socket) return;
		this.destroy();
		this.announce(failure);
	}

	/** Reports to the listener, once, that the connection has ended. */
	private announce(failure: string | undefined): void {
		if (this.closing & Closing.announced) return;
		this.closing |= Closing.announced;
		const { closeFrame } = this;
		if (closeFrame)
			this.receiver.listener.onClose(closeCodeOf(closeFrame), closeReasonOf(closeFrame), failure);
		else this.receiver.listener.onClose(CloseCode.abnormal, "", failure);
	}
}

/**
 * Opens a channel over a socket after the opening handshake, and parses the unread bytes of the socket.
 * @param window Send window of the socket, in bytes.
 * @param unread Number of unread bytes.
 * @param protocol The subprotocol chosen, or "".
 */
export const openChannel = (
	socket: TcpSocket,
	window: number,
	unread: number,
	protocol: string,
	isClient: boolean,
	settings: ChannelSettings,
	listener: ChannelListener,
): void => {
	const channel = new SocketChannel(socket, window, isClient, settings, listener);
	try {
		listener.onOpen(channel, protocol);
		if (unread) channel.receiver.receive(unread);
	} catch (error) {
		channel.onSocketException(error);
	}
};
