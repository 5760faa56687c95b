import Timer from "timer";
import { ServerHandshake, type ServerHandshakeOptions } from "./serverhandshake.js";
import { OutgoingText, readHead, type SocketUser, takeOver, type UsedSocket } from "./transport.js";

/** How long a client may take to read a refusal and to go, in milliseconds. */
const lingerTimeout = 500;

/** A connected socket as a TCP Listener gives it. */
export interface AcceptedSocket {
	readonly remoteAddress: string | undefined;
	close(): void;
}

/** Whoever opens WebSockets as a server. None of it is called inside the constructor of ServerOpening. */
export interface ServerOpeningUser {
	/** The response has gone out: the socket is to be attached. Octets of the first frames still wait in it. */
	onUpgraded(opening: ServerOpening, socket: UsedSocket): void;
	/** The request was refused or did not come whole; everything has been released. */
	onRefused(opening: ServerOpening, status: number, message: string): void;
}

/** The way of a server to an open WebSocket: it reads the request and answers it, within a limited time. */
export class ServerOpening implements SocketUser {
	/** The address of the client: asked for at once, for a socket that was reset has none. */
	declare readonly remoteAddress: string;
	declare private readonly handshake: ServerHandshake;
	declare private user: ServerOpeningUser | undefined;
	declare private socket: UsedSocket | undefined;
	declare private timer?: Timer | undefined;
	declare private response?: OutgoingText;
	declare private window: number;

	/**
	 * @param from A connected socket, just accepted; it is taken over.
	 * @param timeout How long the handshake may take, in milliseconds; 0 for no limit.
	 */
	constructor(
		from: AcceptedSocket,
		options: ServerHandshakeOptions,
		timeout: number,
		user: ServerOpeningUser,
	) {
		this.remoteAddress = from.remoteAddress ?? "";
		this.handshake = new ServerHandshake(options);
		this.user = user;
		this.window = 0;
		// First, for it throws when the connection has ended meanwhile.
		this.socket = takeOver(from, this);
		if (timeout) this.endWithin(timeout);
	}

	/** The request target: path and query. */
	get path(): string {
		return this.handshake.path;
	}

	/** The subprotocol chosen, or "". */
	get protocol(): string {
		return this.handshake.protocol;
	}

	/** Whether the request has come, so that its answer is going out. */
	get isAnswered(): boolean {
		return this.response !== undefined;
	}

	/** Whether that answer opens the WebSocket. */
	get isGranted(): boolean {
		return this.isAnswered && !this.handshake.fault;
	}

	/** Ends the connection at once; the user is not called any more. */
	close(): void {
		Timer.clear(this.timer);
		this.socket?.close();
		this.user = this.timer = this.socket = undefined;
	}

	onSocketWritable(count: number): void {
		this.window = count;
		if (this.response) this.respond();
	}

	receive(count: number): void {
		const socket = this.socket as UsedSocket;
		const handshake = this.handshake;
		const rest = readHead(handshake, socket, count);
		// Refused: what still comes is dropped, for a socket closed over unread octets may take the response with it.
		if (handshake.fault && rest) socket.read(rest);
		if (!handshake.fault && !handshake.complete) return;
		if (!this.response) this.answer();
	}

	onSocketError(): void {
		this.end("the client disconnected during the handshake");
	}

	onSocketException(error: unknown): void {
		trace(`ServerOpening: ${error}\n`);
		this.end(String(error));
	}

	private onTimeout(): void {
		this.timer = undefined;
		try {
			if (this.response) return this.end("the client did not read the answer in time");
			this.handshake.timeOut();
			this.answer();
		} catch (error) {
			this.onSocketException(error);
		}
	}

	private answer(): void {
		this.response = new OutgoingText(this.handshake.response);
		this.respond();
	}

	private respond(): void {
		const socket = this.socket;
		const response = this.response;
		if (!socket || !response) return;
		this.window = response.flush(socket, this.window);
		// With each piece that leaves, the client has its time again: a narrow window takes a refusal in many.
		if (this.handshake.fault) return this.endWithin(lingerTimeout);
		if (!response.done) return;
		const user = this.user;
		// Released, but for the socket, which is the user's now.
		this.socket = undefined;
		this.close();
		user?.onUpgraded(this, socket);
	}

	private endWithin(milliseconds: number): void {
		Timer.clear(this.timer);
		this.timer = Timer.set(() => this.onTimeout(), milliseconds);
	}

	private end(message: string): void {
		const user = this.user;
		const fault = this.handshake.fault;
		this.close();
		user?.onRefused(this, fault?.status ?? 0, fault?.message ?? message);
	}
}
