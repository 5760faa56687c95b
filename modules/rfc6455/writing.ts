/** Writes messages. */
import type { MessageData } from "./bytes.js";
import type { SendQueue } from "./sendqueue.js";

/** A message for several connections of a server. */
export interface SharedMessage {
	/** Text, or bytes. */
	readonly data: MessageData;
	/** True for binary, false for text. */
	readonly binary: boolean;
	/** Its frame, once a writer has encoded it. It is never changed. */
	frame: ArrayBuffer | undefined;
	/** Bytes of the payload of the frame. */
	encoded: number;
}

export interface MessageWriter {
	/**
	 * Writes a message, or a part of one, as one frame. A failed connection is reported elsewhere.
	 * @param data Text, or bytes, which are copied.
	 * @param binary True for binary, false for text. Only used in the first part of a message.
	 * @param more True when further parts of the message follow.
	 * @returns The bytes of the payload; -1, without side effects, if it cannot be written now.
	 */
	write(data: MessageData, binary: boolean, more: boolean): number;
	/**
	 * Writes a whole message, as write() does. Not for a client, whose frames are masked with a key each (RFC 6455 section
	 * 5.3).
	 */
	writeShared(message: SharedMessage): number;
	/**
	 * Writes as many messages of a queue as fit the window, and removes them. Several short ones leave together.
	 * @param queue A queue that is not empty.
	 * @returns Their number; `queue.encodedBytes` is the number of their bytes.
	 */
	writeQueued(queue: SendQueue): number;
	/** Longest payload that one frame can have now, in bytes; 0 when none can be written. */
	readonly capacity: number;
	/** Longest payload of one frame in the widest window so far, in bytes. */
	readonly widestCapacity: number;
}
