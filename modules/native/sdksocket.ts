import type { SocketOwner, TcpSocket } from "../channel/tcp.js";
import { acceptFor } from "../rfc6455/accept.js";
import { FirstByte, Opcode } from "../rfc6455/frame.js";
import { Masking } from "./masking.js";

/** First bytes of frames. */
const closeByte = FirstByte.final | Opcode.close;
const pongByte = FirstByte.final | Opcode.pong;
/** Window for the request of the SDK's class, in bytes. */
const requestWindow = 1024;
/** Length of a `Sec-WebSocket-Key`. */
const keyLength = 24;

/** Owner of the socket, and of the instance of the SDK's class that works with it. */
export interface SdkSocketOwner {
	/** The TCP socket after the opening handshake. */
	readonly tcp: TcpSocket;
	readonly isClient: boolean;
	/** Called by the constructor of the SDK's class. */
	onSocket(socket: SdkSocket): void;
	/** The SDK's class threw. */
	onException(error: unknown): void;
}

/** Options that the SDK's class passes to the constructor of its socket. */
interface SdkSocketOptions {
	readonly owner?: SdkSocketOwner;
	readonly from?: { readonly owner: SdkSocketOwner };
	onReadable(count: number): void;
	onWritable(count: number): void;
	onError(): void;
}

/** The socket that the SDK's class uses: a TCP socket with additional state for the channel. */
export class SdkSocket implements SocketOwner {
	/** Set by the SDK's class, but unreliable: it reads single bytes without a count, and buffers with one. */
	format: string;
	/** Send window of the TCP socket, in bytes. */
	window: number;
	/** True once the TCP connection has ended. */
	hasEnded: boolean;
	/** True once a write has failed: nothing can be sent any more. */
	hasFailed: boolean;
	/** True once a close frame was sent. */
	hasClosed: boolean;
	/** True while the channel sends a pong. Those of the SDK's class are dropped: it answers the first of several pings. */
	takesPong: boolean;
	private readonly owner: SdkSocketOwner;
	private readonly sdk: SdkSocketOptions;
	private readonly one: Uint8Array<ArrayBuffer>;
	private readonly masking: Masking;
	/** The rest of the response, during the handshake of a client. */
	private response: number[] | undefined;

	/** Called by the SDK's class. */
	constructor(options: SdkSocketOptions) {
		const owner = (options.from ?? options).owner as SdkSocketOwner;
		this.format = "buffer";
		this.window = 0;
		this.hasEnded = false;
		this.hasFailed = false;
		this.hasClosed = false;
		this.takesPong = false;
		this.owner = owner;
		this.sdk = options;
		this.one = new Uint8Array(1);
		this.masking = new Masking();
		this.response = undefined;
		owner.tcp.target = this;
		owner.onSocket(this);
	}

	/** Answers the handshake of the SDK's class, which it requires as a client. The real one is already complete. */
	handshake(): void {
		this.response = [];
		this.sdk.onWritable(requestWindow);
		this.sdk.onReadable(this.response.length);
		this.response = undefined;
	}

	/** Called by the SDK's class. */
	read(count?: number): ArrayBuffer | number {
		const { one, masking, response } = this;
		const { tcp } = this.owner;
		if (response) return response.shift() as number;
		if (count === undefined) {
			tcp.read(one);
			return masking.byte(one[0] as number);
		}
		const bytes = tcp.read(count);
		masking.piece(bytes);
		return bytes;
	}

	/** Called by the SDK's class, also in timers, which an exception must not leave. */
	write(bytes: ArrayBuffer | Uint8Array): number {
		const first = (bytes as Uint8Array)[0];
		if (this.response) this.response = Array.from(new Uint8Array(responseTo(bytes as ArrayBuffer)));
		// RFC 6455 section 5.5.1: no frame follows a close frame.
		else if (!this.hasClosed && (first !== pongByte || this.takesPong))
			try {
				const rest = this.owner.tcp.write(bytes);
				// A socket that has failed may return nothing.
				this.hasFailed = rest === undefined;
				this.window = rest ?? 0;
				this.hasClosed = first === closeByte;
			} catch {
				this.window = 0;
				this.hasFailed = true;
			}
		return this.window;
	}

	/** Called by the SDK's class. */
	close(): void {
		this.owner.tcp.close();
	}

	get receiver(): this {
		return this;
	}

	receive(count: number): void {
		this.sdk.onReadable(count);
	}

	onSocketWritable(count: number): void {
		this.window = this.hasFailed ? 0 : count;
		this.sdk.onWritable(this.window);
	}

	onSocketError(): void {
		this.hasEnded = true;
		this.sdk.onError();
	}

	onSocketException(error: unknown): void {
		this.owner.onException(error);
	}
}

/** A dummy resolver for the SDK's class, because the socket is already connected. */
class Resolved {
	resolve(request: { host: string; onResolved(host: string, address: string): void }): void {
		request.onResolved(request.host, "");
	}
}

/** Returns the options with which the SDK's class makes a SdkSocket. */
export const sdkSocketOptions = (owner: SdkSocketOwner): object => {
	return owner.isClient
		? { host: "", dns: { io: Resolved }, socket: { io: SdkSocket, owner } }
		: { attach: { constructor: SdkSocket, owner } };
};

const responseTo = (request: ArrayBuffer): ArrayBuffer => {
	const keyField = "Sec-WebSocket-Key: ";
	const text = String.fromArrayBuffer(request);
	const start = text.indexOf(keyField) + keyField.length;
	const accept = acceptFor(text.slice(start, start + keyLength));
	return ArrayBuffer.fromString(
		`HTTP/1.1 101 Open\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
	);
};
