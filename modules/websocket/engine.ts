/**
 * The seam to the WebSocket underneath: the ECMA-419 WebSocket Client class pattern, as far as it is used here,
 * and what the host provides. Any class of that pattern fits, the Moddable SDK's own included; what
 * modules/rfc6455 adds to the pattern is optional.
 */

import type { DataSink } from "../rfc6455/framewriter.js";
import type { AcceptedSocket } from "../rfc6455/serveropening.js";

export type { DataSink } from "../rfc6455/framewriter.js";
export type { MessageReceiver } from "../rfc6455/protocol.js";

/** How write() frames its octets. */
export interface WriteOptions {
	readonly binary?: boolean;
	readonly more?: boolean;
	readonly opcode?: number | undefined;
}

/** What onError may be called with. A code means that the peer broke the protocol, and that onClose follows. */
export interface WebSocketClientError {
	readonly message: string;
	readonly code?: number;
}

/** What onReadable tells about the bytes that may be read. */
export interface ReadableInfo {
	readonly more: boolean;
	readonly binary?: boolean;
}

/** An ECMA-419 WebSocket Client, perhaps with the additions of modules/rfc6455: then it gives complete messages to the option `receiver`. */
export interface WebSocketClient extends Partial<DataSink>, Partial<MessageSource> {
	target: unknown;
	/** The subprotocol chosen; absent in classes that do not tell. */
	readonly protocol?: string;
	/** The bytes of which onReadable tells; a class that gives complete messages to a receiver is not asked. */
	read(): ArrayBuffer | undefined;
	write(data: ArrayBuffer | ArrayBufferView, options?: WriteOptions): number;
	close(): void;
}

/** An addition to ECMA-419: complete messages are taken. */
export interface MessageSource {
	/** The bytes that the buffer of an unfinished message takes. */
	readonly buffered: number;
	/** The message of which onCollected() of the receiver tells, once. */
	take(): ArrayBuffer | string;
}

/** The way to write() of a class that knows no more than the pattern. */
class PatternSink implements DataSink {
	declare private readonly webSocket: WebSocketClient;

	constructor(webSocket: WebSocketClient) {
		this.webSocket = webSocket;
	}

	writeData(data: ArrayBuffer | ArrayBufferView, _: number, binary: boolean, more: boolean): number {
		return this.webSocket.write(data, { binary, more });
	}
}

/** Where the data of a WebSocket go. */
export function dataSinkOf(webSocket: WebSocketClient): DataSink {
	return webSocket.writeData ? (webSocket as DataSink) : new PatternSink(webSocket);
}

/** Its callbacks: `this` is the instance. */
export interface WebSocketClientCallbacks {
	onReadable(this: WebSocketClient, count: number, info: ReadableInfo): void;
	onWritable(this: WebSocketClient, count: number): void;
	onControl(this: WebSocketClient, opcode: number, payload: ArrayBuffer): void;
	onClose(this: WebSocketClient): void;
	/** In classes that may call onClose before the TCP connection has ended: it has. */
	onEnd(this: WebSocketClient): void;
	onError(this: WebSocketClient, error?: WebSocketClientError): void;
}

/** An ECMA-419 TCP Listener. */
export interface Listener {
	readonly port: number;
	read(): AcceptedSocket | undefined;
	close(): void;
}

/** What an ECMA-419 host offers as `device.network.ws`, and the listener that hosts/network adds. */
export interface WebSocketProvider {
	readonly io: new (options: object) => WebSocketClient;
	readonly socket?: {
		/** True where the TCP sockets can connect to an IPv6 address. Default false, as on SDK 8.2.3. */
		readonly connectsIPv6?: boolean;
	};
	readonly listener?: {
		readonly io: (new (
			options: object,
		) => Listener) & {
			/** True where the option `address` binds one interface; elsewhere every one is listened on. */
			readonly bindsAddress?: boolean;
		};
	};
}

/** The host's `device`, as far as it is read here. */
interface Host {
	readonly device?: { readonly network?: { readonly ws?: WebSocketProvider } };
}

/** Whether the host says that its TCP sockets can connect to an IPv6 address. */
export function connectsIPv6(): boolean {
	return (globalThis as Host).device?.network?.ws?.socket?.connectsIPv6 === true;
}

/**
 * The host's WebSocket provider.
 * @throws Error when the host has none.
 */
export function webSocketProvider(): WebSocketProvider {
	const provider = (globalThis as Host).device?.network?.ws;
	if (!provider?.io)
		throw new Error(
			"the host has no device.network.ws; include hosts/network/manifest.json in the app's manifest",
		);
	return provider;
}
