/**
 * Counts of the messages of one Client or Socket, over all its connections.
 * Always: `accepted` = `sent` + `waiting` + `lost` + `replaced`.
 */
export interface Counters {
	/** Messages for which send() returned "sent" or "queued". */
	readonly accepted: number;
	/** Messages that were written to the socket completely. */
	readonly sent: number;
	/** Messages in the send queue. */
	readonly waiting: number;
	/** Accepted messages that will not be sent: they waited at close(), or were discarded under `overflow: "drop-oldest"`. */
	readonly lost: number;
	/** Accepted messages that newer ones with the same key have replaced before they were sent. */
	readonly replaced: number;
	/** Messages that send() did not accept, and those that were discarded for newer ones. */
	readonly discarded: number;
	/** Complete messages received. */
	readonly received: number;
	/** Bytes of the messages sent. */
	readonly bytesSent: number;
	/** Bytes of the messages received. */
	readonly bytesReceived: number;
}
