/** Writes messages. */
import type { MessageData } from "./bytes.js";
import type { SendQueue } from "./sendqueue.js";

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
