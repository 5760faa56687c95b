/**
 * What became of the messages of one Client or Socket, over all its connections.
 * Always: `accepted` = `sent` + `waiting` + `lost`.
 */
export interface Counters {
	/** Messages that send() took: it returned "sent" or "queued". */
	readonly accepted: number;
	/** Messages handed to the socket whole. */
	readonly sent: number;
	/** Messages in the send queue. */
	readonly waiting: number;
	/** Messages taken that will not be sent: they waited at close(), or gave way under `overflow: "drop-oldest"`. */
	readonly lost: number;
	/** Messages that send() did not take, and those that gave way to newer ones. */
	readonly discarded: number;
	/** Messages received whole. */
	readonly received: number;
	/** Octets of the messages sent. */
	readonly octetsSent: number;
	/** Octets of the messages received. */
	readonly octetsReceived: number;
}

/** The counts behind `Counters`; what waits is known to the queue. */
export class Ledger {
	declare accepted: number;
	declare sent: number;
	declare octetsSent: number;
	declare received: number;
	declare octetsReceived: number;
	declare lost: number;
	declare discarded: number;

	constructor() {
		this.octetsSent = this.sent = this.accepted = 0;
		this.octetsReceived = this.received = 0;
		this.discarded = this.lost = 0;
	}

	snapshot(waiting: number): Counters {
		const { accepted, sent, lost, discarded, received, octetsSent, octetsReceived } = this;
		return { accepted, sent, waiting, lost, discarded, received, octetsSent, octetsReceived };
	}
}
