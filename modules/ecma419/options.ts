import type { Network } from "../channel/network.js";
import type { ClientHandshakeOptions } from "../rfc6455/clienthandshake.js";

/** Describes the bytes that can be read: ECMA-419 WebSocket Client. */
export interface ReadableInfo {
	/** False for the last bytes of a message. */
	readonly more: boolean;
	/** True in a binary message, false in text. */
	readonly binary: boolean;
}

/** How write() frames its bytes: ECMA-419 WebSocket Client. */
export interface WriteOptions {
	/** True for binary (default), false for text. Only used in the first part of a message. */
	readonly binary?: boolean;
	/** True when further parts of the message follow. Default false. */
	readonly more?: boolean;
	/** Opcode of a control frame: close 8, ping 9, pong 10. */
	readonly opcode?: number | undefined;
	/** Addition: true transfers the bytes: a client masks them in place instead of copying them. Default false. */
	readonly transfer?: boolean;
}

/** The argument of onError. */
export interface WebSocketError extends Error {
	/** Addition: close code sent to a peer that has violated the protocol or a limit; onClose follows. Otherwise absent. */
	code?: number;
}

/** The callbacks of ECMA-419: `this` is the WebSocketClient. None is called inside the constructor or a method. */
export interface WebSocketClientCallbacks<Self> {
	/** `count` bytes of a message can be read; 0 for an empty message. */
	readonly onReadable?: ((this: Self, count: number, info: ReadableInfo) => void) | undefined;
	/** `count` bytes can be written as one frame. The first call means that the WebSocket is open. */
	readonly onWritable?: ((this: Self, count: number) => void) | undefined;
	/** A close (8), ping (9) or pong (10) frame has arrived. Close and ping are answered already. */
	readonly onControl?: ((this: Self, opcode: number, payload: ArrayBuffer) => void) | undefined;
	/**
	 * The closing handshake is complete, or the connection has ended after an onError with a code. A client's TCP
	 * connection may end later, within `closeTimeout`.
	 */
	readonly onClose?: ((this: Self) => void) | undefined;
	/** The WebSocket could not be opened, or the connection has failed. */
	readonly onError?: ((this: Self, error: WebSocketError) => void) | undefined;
}

/** The options of ECMA-419, and additions, all optional, whose defaults are its behaviour. */
export interface WebSocketClientOptions<Self>
	extends WebSocketClientCallbacks<Self>,
		Partial<ClientHandshakeOptions>,
		Pick<Network, "dns" | "socket"> {
	/** A connected socket whose opening handshake is done: makes this side the server. */
	readonly attach?: object | undefined;
	/** Any value; `target` of the instance. */
	readonly target?: unknown;
	/** Only "buffer", the default. */
	readonly format?: "buffer" | undefined;
	/** Addition: longest message that is received, in bytes. Default: no limit. */
	readonly maxMessageSize?: number | undefined;
	/**
	 * Addition: time limit for the closing handshake, in milliseconds. After it a client waits for the same time again until
	 * the server ends the TCP connection. Default 2000.
	 */
	readonly closeTimeout?: number | undefined;
}
