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

/** Whoever works with an instance, its `target`. */
export interface SdkUser {
	takeReadable(webSocket: SdkWebSocket, count: number, more: boolean, binary: boolean): void;
	takeWritable(count: number): void;
	takeControl(opcode: number, payload: ArrayBuffer): void;
	/** onClose or onError. */
	takeEnd(): void;
	/** One of the above threw. */
	onSocketException(error: unknown): void;
}

/** Calls what a timer or the SDK's class leads to: an exception must not leave it, or the machine ends. */
export function guard<User extends SdkUser>(user: User, action: (this: User) => void): void {
	try {
		action.call(user);
	} catch (error) {
		user.onSocketException(error);
	}
}

/** The callbacks for all instances. What the socket's events lead to has a guard already; what timers lead to has not. */
export const sdkCallbacks: SdkCallbacks = Object.freeze({
	onReadable(this: SdkWebSocket, count: number, info: { more: boolean; binary?: boolean }): void {
		(this.target as SdkUser).takeReadable(this, count, info.more, info.binary === true);
	},
	onWritable(this: SdkWebSocket, count: number): void {
		const user = this.target as SdkUser;
		try {
			user.takeWritable(count);
		} catch (error) {
			user.onSocketException(error);
		}
	},
	/** The SDK's class would swallow an exception. */
	onControl(this: SdkWebSocket, opcode: number, payload: ArrayBuffer): void {
		const user = this.target as SdkUser;
		try {
			user.takeControl(opcode, payload);
		} catch (error) {
			user.onSocketException(error);
		}
	},
	onClose(this: SdkWebSocket): void {
		const user = this.target as SdkUser;
		guard(user, user.takeEnd);
	},
	onError(this: SdkWebSocket): void {
		const user = this.target as SdkUser;
		guard(user, user.takeEnd);
	},
});
