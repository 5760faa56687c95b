/** Settings and listeners of a frame parser. */
import type { CloseCode } from "./closecode.js";

/** Receives messages. Any callback may close the parser. */
export interface MessageListener {
	/**
	 * A message is complete.
	 * @param data Its bytes, or a string if requested. Undefined for a message that did not arrive whole, or a
	 *   long one: takeMessage() of the parser returns it, once, during the call. It is not an argument, so that its bytes can be
	 *   freed when they have been decoded.
	 * @param count Its length in bytes.
	 * @param binary True for a binary message, false for text.
	 */
	onMessage(data: ArrayBuffer | string | undefined, count: number, binary: boolean): void;
	/** A part of an unfinished message has arrived. */
	onActivity(): void;
	/**
	 * Returns whether an unfinished message may have a buffer of `size` bytes in all. If not, the connection fails with
	 * 1009.
	 */
	mayBuffer(size: number): boolean;
	/**
	 * A piece, of at most 1448 bytes, of a message that does not arrive whole, or of a long one. It may be empty. Called if
	 * the settings request pieces; a listener that has it gets binary messages so in any case, without a limit of length.
	 */
	onPiece?: ((bytes: ArrayBuffer, binary: boolean, last: boolean) => void) | undefined;
}

/** Receives everything else. Any callback may close the parser. */
export interface ControlListener {
	/** A complete control frame. */
	onControl(opcode: number, payload: Uint8Array<ArrayBuffer>): void;
	/** The peer has violated the protocol or a limit. No more messages and control frames follow. */
	onViolation(code: CloseCode, message: string): void;
	/** After a violation: the peer's close frame has arrived, so it has read ours or sends nothing more. */
	onLateClose(): void;
}

/** Settings that the parsers of one Client or Server share. */
export interface ParserSettings {
	/** Longest message, in bytes. */
	readonly maxMessageSize: number;
	/** True to receive text as strings, false as bytes. */
	readonly strings: boolean;
	/** True to receive messages that do not arrive whole in pieces, with onPiece(). Default false. */
	readonly pieces?: boolean;
	/** Scratch memory for two bytes of a header. */
	readonly word: Uint8Array<ArrayBuffer>;
}
