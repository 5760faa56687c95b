import type { HeadReader } from "../rfc6455/head.js";
import type { Outgoing } from "../rfc6455/pages.js";
import type { Transport } from "../rfc6455/transport.js";

/** Receives the bytes of a socket. */
export interface SocketReceiver {
	/** `count` bytes can be read in total. */
	receive(count: number): void;
}

/** Current owner of a socket, its `target`: first an opening handshake, then a Channel. */
export interface SocketOwner {
	/** Receives the bytes. A property, because a call more for each delivery would be slower. */
	readonly receiver: SocketReceiver;
	/** `count` bytes can be written in total. */
	onSocketWritable(count: number): void;
	/**
	 * The peer has ended the connection and everything it sent was read, or the connection has failed.
	 * @param error Why, if the socket says so: one with TLS does.
	 */
	onSocketError(error?: unknown): void;
	/** One of the above threw. */
	onSocketException(error: unknown): void;
}

/** An ECMA-419 TCP socket with its owner. */
export interface TcpSocket extends Transport {
	target: SocketOwner | undefined;
	readonly remoteAddress: string | undefined;
	close(): void;
}

/** Constructor of an ECMA-419 TCP class. */
export type TcpConstructor = new (options: object) => TcpSocket;

/** Options of a TCP socket that passes its events to its owner: shared, so that they cost no connection memory. */
export const socketOptions = Object.freeze({
	// With Nagle's algorithm (RFC 896), the payload of a frame would wait until its header is acknowledged.
	/** As ECMA-419 spells it. */
	noDelay: true,
	/** As the Moddable SDK spells it. */
	nodelay: true,
	onReadable(this: TcpSocket, count: number): void {
		const owner = this.target;
		try {
			owner?.receiver.receive(count);
		} catch (error) {
			owner?.onSocketException(error);
		}
	},
	onWritable(this: TcpSocket, count: number): void {
		const owner = this.target;
		try {
			owner?.onSocketWritable(count);
		} catch (error) {
			owner?.onSocketException(error);
		}
	},
	onError(this: TcpSocket, error?: unknown): void {
		const owner = this.target;
		try {
			owner?.onSocketError(error);
		} catch (error) {
			owner?.onSocketException(error);
		}
	},
});

/** Reads a head from the `count` unread bytes of a socket. Returns how many are left. */
export const readHead = (reader: HeadReader, socket: TcpSocket, count: number): number => {
	// Two buffers leave no garbage, unlike one for each piece.
	const four = new Uint8Array(4);
	const one = new Uint8Array(1);
	let rest = count;
	while (rest > 0) {
		const wanted = reader.wanted;
		if (wanted === 0) break;
		if (wanted === 4 && rest >= 4) {
			socket.read(four);
			reader.push(four, 4);
			rest -= 4;
		} else {
			socket.read(one);
			reader.push(one, 1);
			rest--;
		}
	}
	return rest;
};

/** Text that is sent as the window allows: a request or a response of the opening handshake. */
export class OutgoingText implements Outgoing {
	private bytes: ArrayBuffer;

	/** @param text ASCII. */
	constructor(text: string) {
		this.bytes = ArrayBuffer.fromString(text);
	}

	get isWritten(): boolean {
		return this.bytes.byteLength === 0;
	}

	flush(socket: Transport, window: number): number {
		const length = this.bytes.byteLength;
		const count = window < length ? window : length;
		if (count === 0) return window;
		const rest = socket.write(this.bytes.slice(0, count));
		this.bytes = this.bytes.slice(count);
		return rest ?? 0;
	}
}
