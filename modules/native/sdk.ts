/** The Moddable SDK's own WebSocketClient: the members used here, and its events. */
import WebSocketClient from "embedded:network/websocket/client";

/** An instance of the SDK's class. */
export interface SdkWebSocket {
	/** Returns the bytes that onReadable() has announced. */
	read(): ArrayBuffer | undefined;
	/** @throws Error, without side effects, when the frame does not fit the window or the connection is not open. */
	write(data: ArrayBuffer | ArrayBufferView, options: object): number;
	/** Ends the TCP connection. No more events. */
	close(): void;
}

/** Receives the events of the SDK's class: it is the `target` of its instance. */
export interface SdkListener {
	/**
	 * Bytes of a message have arrived; read() returns them during the call.
	 * @param count Negative when the SDK's class has failed to read the length of a frame.
	 * @param more True when more bytes of the message follow, in this frame or the next one.
	 */
	onData(count: number, more: boolean, binary: boolean): void;
	/** The window has changed. The first call means that the WebSocket is open. */
	onWritable(): void;
	/** A control frame has arrived. The SDK's class answers a close frame in a later turn. */
	onControl(opcode: number, payload: ArrayBuffer): void;
	/** The SDK's class has ended the TCP connection. */
	onEnd(): void;
	/** One of the above threw. */
	onException(error: unknown): void;
}

type Target = SdkWebSocket & { readonly target: SdkListener };

/** Shared by all instances. */
const callbacks = Object.freeze({
	onReadable(this: Target, count: number, info: { more: boolean; binary?: boolean }): void {
		guard(this.target, () => this.target.onData(count, info.more, info.binary === true));
	},
	onWritable(this: Target): void {
		guard(this.target, () => this.target.onWritable());
	},
	onControl(this: Target, opcode: number, payload: ArrayBuffer): void {
		guard(this.target, () => this.target.onControl(opcode, payload));
	},
	onClose(this: Target): void {
		guard(this.target, () => this.target.onEnd());
	},
	onError(this: Target): void {
		guard(this.target, () => this.target.onEnd());
	},
});

/** Makes an instance of the SDK's class. */
export const createWebSocket = (options: object, target: SdkListener): SdkWebSocket => {
	const Constructor = WebSocketClient as unknown as new (options: object) => SdkWebSocket;
	return new Constructor({ ...options, ...callbacks, target });
};

/** Runs an action of a callback or a timer: an exception must not leave it. */
export const guard = (listener: SdkListener, action: () => void): void => {
	try {
		action();
	} catch (error) {
		listener.onException(error);
	}
};
