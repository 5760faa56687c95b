/**
 * The seam to the WebSocket underneath: the ECMA-419 WebSocket Client class pattern, as far as it is used here,
 * and what the host provides. Any class of that pattern fits, the Moddable SDK's own included; what
 * modules/rfc6455 adds to the pattern is optional.
 */

import { FirstOctet, Opcode } from "../rfc6455/frame.js";
import type { AcceptedSocket } from "../rfc6455/serveropening.js";

/** What onReadable tells about the octets that may be read. */
export interface ReadableInfo {
	readonly more: boolean;
	readonly binary: boolean;
}

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

/** An ECMA-419 WebSocket Client. */
export interface WebSocketClient {
	target: unknown;
	/** The subprotocol chosen; absent in classes that do not tell. */
	readonly protocol?: string;
	/** Octets, or a string for text where strings were asked for and are supported. */
	read(): ArrayBuffer | string | undefined;
	write(data: ArrayBuffer | ArrayBufferView, options?: WriteOptions): number;
	/** An addition to the pattern, described in modules/rfc6455. */
	writeFrame?: FrameSink["writeFrame"];
	close(): void;
}

/** Takes data frames: a WebSocket Client that has writeFrame(), or write() of one that has not. */
export interface FrameSink {
	/**
	 * Sends a data frame.
	 * @param first FIN and the opcode (RFC 6455 section 5.2).
	 * @param length The octets of the payload.
	 * @param transfer True gives the octets away: they may be masked in place.
	 * @returns A length of payload, in octets, up to which the next frame fits; negative when this one cannot be sent now.
	 */
	writeFrame(
		first: number,
		payload: ArrayBuffer | ArrayBufferView,
		length: number,
		transfer: boolean,
	): number;
}

/** The frames of a class that knows no more than the pattern. */
class PatternSink implements FrameSink {
	declare private readonly webSocket: WebSocketClient;

	constructor(webSocket: WebSocketClient) {
		this.webSocket = webSocket;
	}

	writeFrame(first: number, payload: ArrayBuffer | ArrayBufferView): number {
		const binary = (first & FirstOctet.opcode) === Opcode.binary;
		return this.webSocket.write(payload, { binary, more: first < FirstOctet.final });
	}
}

/** Where the data frames of a WebSocket go. */
export function frameSinkOf(webSocket: WebSocketClient): FrameSink {
	return webSocket.writeFrame ? (webSocket as FrameSink) : new PatternSink(webSocket);
}

/** Its callbacks: `this` is the instance. */
export interface WebSocketClientCallbacks {
	onReadable(this: WebSocketClient, count: number, info: ReadableInfo): void;
	onWritable(this: WebSocketClient, count: number): void;
	onControl(this: WebSocketClient, opcode: number, payload: ArrayBuffer): void;
	onClose(this: WebSocketClient): void;
	onError(this: WebSocketClient, error?: WebSocketClientError): void;
}

/** What a class underneath may give messages to that have come whole: an addition, described in modules/rfc6455. */
export interface MessageReceiver {
	onMessage(data: ArrayBuffer | string, count: number, binary: boolean): void;
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
	readonly listener?: {
		readonly io: (new (
			options: object,
		) => Listener) & {
			/** True where the option `address` binds one interface; elsewhere every one is listened on. */
			readonly bindsAddress?: boolean;
		};
	};
}

/**
 * The host's WebSocket provider.
 * @throws Error when the host has none.
 */
export function webSocketProvider(): WebSocketProvider {
	const host = globalThis as { device?: { network?: { ws?: WebSocketProvider } } };
	const provider = host.device?.network?.ws;
	if (!provider?.io)
		throw new Error(
			"the host has no device.network.ws; include hosts/network/manifest.json in the app's manifest",
		);
	return provider;
}
