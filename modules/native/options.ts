import type { MessageReceiver } from "../rfc6455/protocol.js";
import type { SocketConstructor } from "../rfc6455/transport.js";
import type { DnsOption } from "./nameresolver.js";

/** The callbacks of ECMA-419: `this` is the NativeWebSocketClient. None is called inside the constructor or a method. */
export interface NativeWebSocketClientCallbacks {
	/** `count` octets of a message can be read, during the call; 0 for an empty piece. */
	readonly onReadable?: ((count: number, info: { more: boolean; binary: boolean }) => void) | undefined;
	/** `count` octets can be written as one frame. The first call tells that the WebSocket is open. */
	readonly onWritable?: ((count: number) => void) | undefined;
	/** A close (8), ping (9) or pong (10) frame came. Close and ping are answered without further ado. */
	readonly onControl?: ((opcode: number, payload: ArrayBuffer) => void) | undefined;
	/** The connection has ended with a closing handshake, or after an onError that had a code. */
	readonly onClose?: (() => void) | undefined;
	/** The WebSocket could not be opened or the connection has failed; with a code, the peer broke the protocol. */
	readonly onError?: ((error: Error & { code?: number }) => void) | undefined;
}

/** The options of ECMA-419, and those that modules/rfc6455 adds to them. */
export interface NativeWebSocketClientOptions extends NativeWebSocketClientCallbacks {
	/** A connected socket of which the opening handshake is done: makes this side the server. */
	readonly attach?: object | undefined;
	/** The callbacks in one object, in place of the five options. Instances may share it. */
	readonly callbacks?: NativeWebSocketClientCallbacks | undefined;
	/** Is given complete messages; onReadable is not called then. Default none. */
	readonly receiver?: MessageReceiver | undefined;
	/** Anything; `target` of the instance. */
	readonly target?: unknown;
	/** Only "buffer", the default. */
	readonly format?: "buffer" | undefined;
	/** "string" lets read() give text messages as strings. Default "buffer". */
	readonly text?: "buffer" | "string" | undefined;
	/** The longest message that is received, in octets. Default: no limit. */
	readonly maxMessageSize?: number | undefined;
	/** How long the closing handshake may take, in milliseconds. Default 2000. */
	readonly closeTimeout?: number | undefined;
	/** Name or address of the server; with its port the field `Host` of the request. */
	readonly host?: string | undefined;
	/** Port of the server. Default 80. */
	readonly port?: number | undefined;
	/** Request target: path and query. Default "/". */
	readonly path?: string | undefined;
	/** Subprotocols in order of preference, separated by commas. Which one the server chose is not told. */
	readonly protocol?: string | undefined;
	/** Further header fields. */
	readonly headers?: Iterable<readonly [string, string]> | undefined;
	readonly dns?: DnsOption | undefined;
	readonly socket?: { readonly io: SocketConstructor } | undefined;
}
