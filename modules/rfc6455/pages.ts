/** What a server needs to know of its pages, which only apps with modules/pages have. */
import type { HeadFault } from "./head.js";
import type { Transport } from "./transport.js";

/** The pages of a server. */
export interface Pages {
	/** A request begins. @param path Its path as it was sent, without a query. */
	request(path: string): PageRequest;
}

/** A request that is for a page unless it opens a WebSocket. */
export interface PageRequest {
	/** Returns whether onItem() is to be called with the items of a field. @param name In lower case. */
	onName(name: string): boolean;
	/** An item of the list of such a field. */
	onItem(name: string, item: string): void;
	/** Why the request is refused; undefined if it is not. */
	readonly fault: HeadFault | undefined;
	/** Returns the response to a request without a fault. @param bare True for HEAD: without the page itself. */
	reply(bare: boolean): Outgoing;
}

/** A response that is sent as the window allows. */
export interface Outgoing {
	/** True once everything is written. */
	readonly isWritten: boolean;
	/** Writes as much as the window allows. Returns the remaining window in bytes. */
	flush(socket: Transport, window: number): number;
}
