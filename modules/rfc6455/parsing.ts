/** What a parser of frames needs to know and whom it tells. */
import type { CloseCode } from "./closecode.js";
import type { Scratch } from "./frame.js";

/** Receives messages. Any callback may close the parser. */
export interface MessageListener {
	/**
	 * A message is complete.
	 * @param data Its bytes, or its text where strings are wanted. Undefined for a message that did not arrive whole, or a
	 *   long one: take() of the parser returns it, once, during the call. It is not an argument, so that its bytes can be
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
	/** Where messages are wanted in pieces: a piece of one that does not arrive whole. It may be empty. */
	onPiece?(bytes: ArrayBuffer, binary: boolean, last: boolean): void;
}

/** Receives everything else. Any callback may close the parser. */
export interface ControlListener {
	/** A complete control frame. */
	onControl(opcode: number, payload: Uint8Array<ArrayBuffer>): void;
	/** The peer broke the protocol or a limit. No more messages and control frames follow. */
	onViolation(code: CloseCode, message: string): void;
	/** After a violation: the peer's close frame has arrived, so it has read ours or sends nothing more. */
	onLateClose(): void;
}

/** What parsers of one Client or Server have in common. */
export interface ParserSettings {
	/** Longest message, in bytes. */
	readonly maxMessageSize: number;
	/** True to receive text as strings, false as bytes. */
	readonly strings: boolean;
	/** True to receive messages that do not arrive whole in pieces, with onPiece(). Default false. */
	readonly pieces?: boolean;
	readonly scratch: Scratch;
}
