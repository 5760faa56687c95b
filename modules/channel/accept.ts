import Timer from "timer";
import type { Outgoing } from "../rfc6455/pages.js";
import type { ReceivedRequest } from "../rfc6455/receivedrequest.js";
import { ServerHandshake, type ServerHandshakeOptions } from "../rfc6455/serverhandshake.js";
import type { Decision } from "../rfc6455/verifier.js";
import { openChannel } from "./channel.js";
import type { ChannelListener, ChannelSettings } from "./contract.js";
import type { AcceptedSocket } from "./network.js";
import { takeOver } from "./takeover.js";
import { OutgoingText, readHead, type SocketOwner, type TcpSocket } from "./tcp.js";
import { after, Timeout, textOf } from "./timers.js";

/** A server. Its callbacks are not called inside accept(). */
export interface AcceptListener {
	/**
	 * The request was granted and its response was sent: the channel opens when this returns.
	 * @returns The listener of the channel.
	 */
	onAccepted(acceptance: Acceptance): ChannelListener;
	/** The request was refused or did not arrive whole; everything has been released. */
	onAcceptFailed(acceptance: Acceptance): void;
}

/** The opening handshake of a connection that a server has accepted. */
export interface Acceptance {
	/** Address of the client. */
	readonly remoteAddress: string;
	/** Request target: path and query. */
	readonly path: string;
	/** True once the request has arrived and its response is being sent. */
	readonly isAnswered: boolean;
	/** True if that response opens the WebSocket. */
	readonly isGranted: boolean;
	/**
	 * When the connection may end for one that waits for room, by Date.now(): in a second, with a page on its way in ten.
	 */
	readonly replaceableAt: number;
	/** Ends the connection at once; the listener is not called any more. */
	destroy(): void;
}

/**
 * Takes an accepted socket over, reads the request, answers it and opens a Channel.
 * @param timeout Milliseconds that the handshake may take; 0 for no limit.
 * @param request The request, if it has been read already: it is read and answered with the first event of the socket.
 * @throws Error when the connection has ended already.
 */
export const accept = (
	socket: AcceptedSocket,
	options: ServerHandshakeOptions,
	timeout: number,
	settings: ChannelSettings,
	listener: AcceptListener,
	request?: ReceivedRequest,
): Acceptance => {
	return new ServerAcceptance(socket, options, timeout, settings, listener, request);
};

class ServerAcceptance implements SocketOwner, Acceptance {
	readonly remoteAddress: string;
	replaceableAt: number;
	private readonly handshake: ServerHandshake;
	private readonly options: ServerHandshakeOptions;
	private readonly settings: ChannelSettings;
	private listener: AcceptListener | undefined;
	private socket: TcpSocket | undefined;
	private timer: Timer | undefined;
	private response: Outgoing | undefined;
	/** Send window of the socket, in bytes. */
	private window: number;
	/** The widest window so far: the window when the client has received everything. */
	private widest: number;
	/** Bytes that the socket holds after the request. */
	private unread: number;
	/** A request that an HTTP server has read. */
	private readonly request: ReceivedRequest | undefined;
	/** True once the request was handed to verify(). */
	private verifying: boolean;

	constructor(
		from: AcceptedSocket,
		options: ServerHandshakeOptions,
		timeout: number,
		settings: ChannelSettings,
		listener: AcceptListener,
		request: ReceivedRequest | undefined,
	) {
		this.replaceableAt = Date.now() + Timeout.room;
		this.handshake = new ServerHandshake(options);
		this.options = options;
		this.settings = settings;
		this.listener = listener;
		this.timer = undefined;
		this.response = undefined;
		this.window = 0;
		this.widest = 0;
		this.unread = 0;
		this.verifying = false;
		this.request = request;
		// First, because it throws when the connection has ended meanwhile: lwIP has no address then, but a null pointer.
		this.socket = takeOver(from, this);
		this.remoteAddress = this.socket.remoteAddress ?? "";
		if (timeout) this.endWithin(timeout);
	}

	get path(): string {
		return this.handshake.path;
	}

	get isAnswered(): boolean {
		return this.response !== undefined;
	}

	get isGranted(): boolean {
		return this.isAnswered && !this.handshake.isLast;
	}

	destroy(): void {
		Timer.clear(this.timer);
		this.socket?.close();
		this.listener = undefined;
		this.timer = undefined;
		this.socket = undefined;
	}

	onSocketWritable(count: number): void {
		this.window = count;
		if (count > this.widest) this.widest = count;
		if (this.response) return this.respond();
		// Not in attach(): the check for room counts what was answered, and may emit the `close` of a connection that it ends.
		this.request?.pushTo(this.handshake);
		this.judge();
	}

	/** Answers a request that has arrived; lets verify() decide on a valid one for a WebSocket first. */
	private judge(): void {
		const { handshake, options } = this;
		if (this.response || this.verifying) return;
		if (handshake.isLast || (handshake.complete && !options.verifier)) return this.answer();
		if (!handshake.complete) return;
		this.verifying = true;
		handshake.ask(this.remoteAddress, (decision) => this.onDecision(decision));
	}

	/** The client may have gone meanwhile, or the server may have stopped. */
	private onDecision(decision: Decision): void {
		if (!this.socket || this.response) return;
		try {
			this.handshake.decide(decision);
			this.answer();
		} catch (error) {
			this.onSocketException(error);
		}
	}

	get receiver(): this {
		return this;
	}

	receive(count: number): void {
		const socket = this.socket as TcpSocket;
		const { handshake } = this;
		this.request?.pushTo(handshake);
		this.unread = readHead(handshake, socket, count);
		this.judge();
		this.dropUnread();
	}

	/** Drops bytes behind the last request: closing a socket with unread bytes may lose the response. */
	private dropUnread(): void {
		if (!this.handshake.isLast || !this.unread) return;
		this.socket?.read(this.unread);
		this.unread = 0;
	}

	onSocketError(): void {
		this.fail();
	}

	onSocketException(error: unknown): void {
		trace(`xs-web-socket: ${textOf(error)}\n`);
		this.fail();
	}

	private onTimeout(): void {
		this.timer = undefined;
		try {
			if (this.response) return this.fail();
			if (this.verifying) this.handshake.timeOutVerify();
			else this.handshake.timeOut();
			this.answer();
		} catch (error) {
			this.onSocketException(error);
		}
	}

	private answer(): void {
		if (this.handshake.reply) this.replaceableAt += Timeout.pageRoom;
		this.response = this.handshake.reply ?? new OutgoingText(this.handshake.response);
		this.respond();
		this.dropUnread();
	}

	private respond(): void {
		const { socket, response, handshake, listener } = this;
		if (!socket || !response || !listener) return;
		const taken = response.isWritten && this.window === this.widest;
		this.window = response.flush(socket, this.window);
		if (handshake.isLast) {
			// The client has received everything, and sends nothing more that could reset the connection.
			if (taken && handshake.complete) return this.fail();
			// Each piece that is sent restarts the client's timeout: with a narrow window a response has many pieces.
			return this.endWithin(response.isWritten || handshake.fault ? Timeout.linger : Timeout.page);
		}
		if (!response.isWritten) return;
		// The channel takes the socket; the rest is released.
		this.socket = undefined;
		this.destroy();
		const { window, unread, settings } = this;
		openChannel(socket, window, unread, handshake.protocol, false, settings, listener.onAccepted(this));
	}

	private endWithin(milliseconds: number): void {
		if (this.timer) Timer.schedule(this.timer, milliseconds);
		else this.timer = after(milliseconds, () => this.onTimeout());
	}

	private fail(): void {
		const { listener } = this;
		this.destroy();
		listener?.onAcceptFailed(this);
	}
}
