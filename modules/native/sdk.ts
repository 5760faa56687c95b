/** The Moddable SDK's own WebSocketClient (`embedded:network/websocket/client`), as far as it is used here. */

import WebSocketClient from "embedded:network/websocket/client";

/** Its instances. */
export interface SdkWebSocket {
	target: unknown;
	read(): ArrayBuffer | undefined;
	write(data: ArrayBuffer | ArrayBufferView, options?: object): number;
	close(): void;
}

/** Its callbacks: `this` is the instance. */
export interface SdkCallbacks {
	/** `more` is also true while the rest of a frame has not come; `binary` is absent where no message began. */
	onReadable(this: SdkWebSocket, count: number, info: { more: boolean; binary?: boolean }): void;
	/** The first call tells that the WebSocket is open. */
	onWritable(this: SdkWebSocket, count: number): void;
	onControl(this: SdkWebSocket, opcode: number, payload: ArrayBuffer): void;
	/** The connection has ended, and a close frame was sent or received. */
	onClose(this: SdkWebSocket): void;
	/** It has ended otherwise, or was ended for a violation of the protocol. */
	onError(this: SdkWebSocket): void;
}

/** The class. */
export const SdkWebSocketClient = WebSocketClient as unknown as new (options: object) => SdkWebSocket;
