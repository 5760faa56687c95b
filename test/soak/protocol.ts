/** What the two sides of the soak tell each other. */

/** Over the control connection: let all connections end and open none, or open them again. */
export type ControlCommand = "rest" | "wake";

/** What the device answers when all connections have ended: sums over all of them, the control connection aside. */
export interface Totals {
	/** Connections that came to be open. */
	opened: number;
	received: number;
	accepted: number;
	sent: number;
	/** In the queues of Clients, for their next connections. */
	waiting: number;
	lost: number;
	discarded: number;
	/** Failed attempts of Clients to connect. */
	retries: number;
}

/** What a message asks a connection for. Every other message is sent back as it came. */
export type Order =
	/** Send so many messages with so long a text at once, more than fit, and tell when the queue is empty. */
	| { order: "burst"; number: number; count: number; length: number }
	/** Close the connection. */
	| { order: "close"; code: number };

/** One message of a burst. */
export interface BurstMessage {
	burst: number;
	index: number;
	text: string;
}

/** What became of a burst. */
export interface BurstResult {
	done: number;
	/** Messages that are to arrive. */
	kept: number;
	/** Messages that were discarded: the new ones, or the oldest ones. */
	discarded: number;
}
