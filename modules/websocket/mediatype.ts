import type { MessageData } from "../rfc6455/bytes.js";

/** Encodes and decodes the values of one kind of MIME type. */
export interface MediaType {
	/** True if messages of this type are sent as binary messages. */
	readonly binary: boolean;
	/**
	 * Returns the message of a value: text, or the caller's own bytes.
	 * @throws TypeError when the value cannot be encoded.
	 */
	encode(value: unknown): MessageData;
	/** Returns the value of a message. @param data Its bytes, or its text if that was decoded already. */
	decode(data: ArrayBuffer | string, reporter: DecodeReporter): unknown;
}

/** Reports a message that could not be decoded. */
export interface DecodeReporter {
	/** @param message Argument of `error`, which is emitted in a later turn. */
	report(message: string): void;
}
