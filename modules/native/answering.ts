import { SdkWebSocketClient } from "./sdk.js";

const pongOpcode = 10;
const pongWrite = Object.freeze({ opcode: pongOpcode });

/**
 * The SDK's class with better answers. By itself it answers the first of the pings that have come, when it has
 * handed over what is behind it, and of close frames the last.
 */
export class AnsweringWebSocket extends SdkWebSocketClient {
	/** Octets that the socket takes, headers included, as far as is known. */
	window = 0;
	/** The payload of the peer's first close frame. */
	closeAnswer: ArrayBuffer | undefined = undefined;
	/** The payload of a ping whose answer waits for the window. */
	private ping: ArrayBuffer | undefined = undefined;

	/** Called by the SDK's class for its answers. */
	override write(data: ArrayBuffer, options: { opcode: number }): number {
		return options.opcode === pongOpcode ? this.window : this.send(this.closeAnswer ?? data, options);
	}

	/** The write() of the SDK's class. @returns How many octets the next frame can have. */
	send(data: ArrayBuffer | ArrayBufferView, options?: object): number {
		this.window = super.write(data, options);
		return this.window;
	}

	/** Answers a ping at once. RFC 6455 section 5.5.3: where that cannot be, the newest one that has come until it can. */
	answerPing(payload: ArrayBuffer): void {
		this.ping = payload;
		try {
			this.send(payload, pongWrite);
			this.ping = undefined;
		} catch {
			// It waits.
		}
	}

	/**
	 * Sends the answer that waits, if any.
	 * @param count How many octets a frame could have.
	 * @returns How many the next one can have.
	 */
	answerWaiting(count: number): number {
		if (!this.ping) return count;
		this.answerPing(this.ping);
		return this.ping ? 0 : this.window;
	}
}
