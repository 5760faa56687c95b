import { OutgoingText } from "../channel/tcp.js";
import type { Outgoing } from "../rfc6455/pages.js";
import type { Transport } from "../rfc6455/transport.js";
import type { PageData } from "./pagedata.js";

/** Longest piece of a page that is in memory at a time, in bytes: lwIP sends it in one segment. */
const longestPiece = 1436;

/** A response with a page. It leaves in pieces, so that the page is never in memory as a whole. */
export class PageReply implements Outgoing {
	private readonly head: OutgoingText;
	private readonly data: PageData;
	private sent: number;

	/** @param head Status line and header fields. */
	constructor(head: string, data: PageData) {
		this.head = new OutgoingText(head);
		this.data = data;
		this.sent = 0;
	}

	get isWritten(): boolean {
		return this.head.isWritten && this.sent === this.data.byteLength;
	}

	flush(socket: Transport, window: number): number {
		const { head, data } = this;
		let room = head.isWritten ? window : head.flush(socket, window);
		while (room > 0 && !this.isWritten) {
			const start = this.sent;
			let count = data.byteLength - start;
			if (count > room) count = room;
			if (count > longestPiece) count = longestPiece;
			room = socket.write(data.slice(start, start + count)) ?? 0;
			this.sent = start + count;
		}
		return room;
	}
}
