/** Messages between the two sides of the soak test. */

/** Commands on the control connection: end all connections and open none, or open them again. */
export type ControlCommand = "rest" | "wake";

/**
 * Answer of the device when all connections have ended: totals over all connections except the control
 * connection.
 */
export interface Totals {
	/** Number of connections opened. */
	opened: number;
	received: number;
	accepted: number;
	sent: number;
	/** Messages in the queues of Clients, for their next connections. */
	waiting: number;
	lost: number;
	replaced: number;
	discarded: number;
	/** Failed attempts of Clients to connect. */
	retries: number;
}

/** Orders to a connection. All other messages are echoed. */
export type Order =
	/** Send `count` messages with a text of `length` at once, more than fit, and report when the queue is empty. */
	| { order: "burst"; number: number; count: number; length: number }
	/** Close the connection. */
	| { order: "close"; code: number };

/** One message of a burst. */
export interface BurstMessage {
	burst: number;
	index: number;
	text: string;
}

/** Result of a burst. */
export interface BurstResult {
	done: number;
	/** Number of messages that must arrive. */
	kept: number;
	/** Number of discarded messages, the newest or the oldest ones. */
	discarded: number;
}
