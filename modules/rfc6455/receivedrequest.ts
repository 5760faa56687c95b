import type { HeadReader } from "./head.js";

/** A request that an HTTP server has read. */
export interface ReceivedRequest {
	/**
	 * Passes it to the reader of a head, as if it had arrived from the network: its checks and limits apply. Does nothing if
	 * that was done before.
	 */
	pushTo(reader: HeadReader): void;
}
