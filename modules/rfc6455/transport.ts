import type { Transport } from "./framewriter.js";
import type { HeadReader } from "./head.js";

/** Whoever a socket serves at the moment, its `target`: first an opening handshake, then the WebSocket. */
export interface SocketUser {
	/** `count` octets can be read, in all. */
	receive(count: number): void;
	/** `count` octets can be written, in all. */
	onSocketWritable(count: number): void;
	/** The peer has gone, after everything it sent was read, or the connection has failed. */
	onSocketError(): void;
	/** One of the above threw. */
	onSocketException(error: unknown): void;
}

/** A socket with the user it serves. */
export interface UsedSocket extends Transport {
	target: SocketUser | undefined;
	readonly remoteAddress: string | undefined;
	close(): void;
}

/** Options of a TCP socket that leads its events to its target: shared by all, so that no connection pays for them. */
export const socketOptions = Object.freeze({
	// Without Nagle's algorithm (RFC 896) the header and the payload of a frame need not wait for each other.
	/** As ECMA-419 spells it. */
	noDelay: true,
	/** As the Moddable SDK spells it. */
	nodelay: true,
	onReadable(this: UsedSocket, count: number): void {
		const user = this.target;
		try {
			user?.receive(count);
		} catch (error) {
			user?.onSocketException(error);
		}
	},
	onWritable(this: UsedSocket, count: number): void {
		const user = this.target;
		try {
			user?.onSocketWritable(count);
		} catch (error) {
			user?.onSocketException(error);
		}
	},
	onError(this: UsedSocket): void {
		const user = this.target;
		try {
			user?.onSocketError();
		} catch (error) {
			user?.onSocketException(error);
		}
	},
});

/** The constructor of a class of TCP sockets. */
export type SocketConstructor = new (options: object) => UsedSocket;

/** Takes a socket over from its object, together with what waits in it to be read. */
export function takeOver(from: object, target: SocketUser): UsedSocket {
	return new (from.constructor as SocketConstructor)({ ...socketOptions, from, target });
}

/** Gives a reader of heads its bytes out of the `count` that can be read. Returns how many are left. */
export function readHead(reader: HeadReader, socket: UsedSocket, count: number): number {
	// Reading into two buffers leaves no garbage, unlike a buffer for each piece.
	const four = new Uint8Array(4);
	const one = new Uint8Array(1);
	while (count > 0) {
		const wanted = reader.wanted;
		if (wanted === 0) break;
		if (wanted === 4 && count >= 4) {
			socket.read(four);
			reader.push(four, 4);
			count -= 4;
		} else {
			socket.read(one);
			reader.push(one, 1);
			count--;
		}
	}
	return count;
}

/** Text that goes out as the window lets it: a request or a response of the opening handshake. */
export class OutgoingText {
	declare private octets: ArrayBuffer;

	/** @param text ASCII. */
	constructor(text: string) {
		this.octets = ArrayBuffer.fromString(text);
	}

	/** True once everything is written. */
	get done(): boolean {
		return this.octets.byteLength === 0;
	}

	/** Writes what the window takes. Returns what is left of the window, in octets. */
	flush(socket: UsedSocket, window: number): number {
		const length = this.octets.byteLength;
		const count = window < length ? window : length;
		if (count === 0) return window;
		const rest = socket.write(this.octets.slice(0, count));
		this.octets = this.octets.slice(count);
		return rest ?? 0;
	}
}
