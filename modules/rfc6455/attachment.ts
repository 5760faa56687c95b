import type { ClientOpeningUser } from "./clientopening.js";
import { type SocketUser, takeOver, type UsedSocket } from "./transport.js";

/** The way of a server to an open WebSocket once the handshake is done: the first event of the socket taken over. */
export class Attachment implements SocketUser {
	declare private readonly user: ClientOpeningUser;
	declare private readonly socket: UsedSocket;

	/** @param attach A connected socket. */
	constructor(attach: object, user: ClientOpeningUser) {
		this.user = user;
		this.socket = takeOver(attach, this);
	}

	/** Gives up and releases the socket. */
	close(): void {
		this.socket.close();
	}

	onSocketWritable(count: number): void {
		this.user.onOpened(this.socket, "", count, 0);
	}

	/** What a socket holds may be told before what it takes. */
	receive(count: number): void {
		this.user.onOpened(this.socket, "", 0, count);
	}

	onSocketError(): void {
		this.onSocketException("the client disconnected right after the handshake");
	}

	onSocketException(error: unknown): void {
		this.close();
		this.user.onOpeningFailed(String(error));
	}
}
