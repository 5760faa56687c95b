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
	readonly remoteAddress: string;
	private readonly handshake: ServerHandshake;
	private user: ServerOpeningUser | undefined;
	private socket: UsedSocket | undefined;
	private timer: Timer | undefined;
	private response: OutgoingText | undefined = undefined;
	private window = 0;

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
		this.timer = timeout ? Timer.set(() => this.onTimeout(), timeout) : undefined;
		this.socket = takeOver(from, this);
	}

	/** The request target: path and query. */
	get path(): string {
		return this.handshake.path;
	}

	/** The subprotocol chosen, or "". */
	get protocol(): string {
		return this.handshake.protocol;
	}

	/** Ends the connection at once; the user is not called any more. */
	close(): void {
		this.user = undefined;
		Timer.clear(this.timer);
		this.timer = undefined;
		this.socket?.close();
		this.socket = undefined;
	}

	onSocketWritable(count: number): void {
		this.window = count;
		if (this.response) this.respond();
	}

	receive(count: number): void {
		const socket = this.socket as UsedSocket;
		if (this.response) {
			// Refused: what still comes is dropped, for a socket closed over unread octets may take the response with it.
			if (this.handshake.fault) socket.read(count);
			return;
		}
		const { handshake } = this;
		const rest = readHead(handshake, socket, count);
		if (handshake.fault && rest) socket.read(rest);
		if (handshake.fault || handshake.complete) this.answer();
	}

	onSocketError(): void {
		this.end("the client went during the handshake");
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
		if (this.handshake.fault) {
			Timer.clear(this.timer);
			this.timer = Timer.set(() => this.onTimeout(), lingerTimeout);
		}
		this.respond();
	}

	private respond(): void {
		const { user, socket, response, handshake } = this;
		if (!socket || !response) return;
		this.window = response.flush(socket, this.window);
		if (handshake.fault) {
			// From here on the client has its time: a narrow window takes the refusal in many pieces.
			if (this.timer) Timer.schedule(this.timer, lingerTimeout);
			return;
		}
		if (!response.done) return;
		Timer.clear(this.timer);
		this.socket = this.timer = undefined;
		user?.onUpgraded(this, socket);
	}

	private end(message: string): void {
		const { user } = this;
		const { fault } = this.handshake;
		this.close();
		user?.onRefused(this, fault?.status ?? 0, fault?.message ?? message);
	}
}
