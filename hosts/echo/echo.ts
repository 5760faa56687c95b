import Timer from "timer";
import type { SendOptions, SendOutcome } from "xs-web-socket";

/** What a Client and a Socket have in common, as far as echoes need it. */
interface Connection {
	send(data: unknown, options?: SendOptions): SendOutcome;
	isOpen(): boolean;
	readonly counters: { readonly waiting: number };
	close(code?: number, reason?: string): void;
}

/** Octets that may wait for one peer, as a multiple of the longest message. */
const patience = 4;
/** Milliseconds from one look at the peer that does not read to the next. */
const pause = 5;
/** Looks at a message that is not taken although nothing else waits, before it is given up: two seconds. */
const mostTries = 400;
const messageTooBig = 1009;
const tryAgainLater = 1013;

/**
 * The types of an echo: whatever comes is octets and goes back as octets, so that not even the text changes.
 * That text is UTF-8 is checked before it gets here.
 */
export const octets = { receiveType: "application/octet-stream", sendType: "application/octet-stream" };

/**
 * Sends the messages of one connection back as they came, in order. What the send queue does not take, because
 * the peer sends and does not read, waits here; too much of it ends the connection, and so does a message that neither
 * the queue nor the send window ever takes.
 */
export class Echo {
	private readonly connection: Connection;
	private readonly limit: number;
	private waiting: { data: ArrayBuffer; binary: boolean }[] = [];
	private waitingOctets = 0;
	private tries = 0;

	/** @param maxMessageSize Octets of the longest message. */
	constructor(connection: Connection, maxMessageSize: number) {
		this.connection = connection;
		this.limit = patience * maxMessageSize;
	}

	/** Sends a message back. */
	send(data: ArrayBuffer, binary: boolean): void {
		if (this.waiting.length === 0) {
			if (this.connection.send(data, { binary }) !== "discarded") return;
			Timer.set(() => this.sendWaiting(), pause);
		}
		this.waiting.push({ data, binary });
		this.waitingOctets += data.byteLength;
		if (this.waitingOctets > this.limit)
			this.connection.close(tryAgainLater, "you send faster than you read the echoes");
	}

	private sendWaiting(): void {
		const { connection, waiting } = this;
		let sent = 0;
		for (const { data, binary } of waiting) {
			if (!connection.isOpen() || connection.send(data, { binary }) === "discarded") break;
			this.waitingOctets -= data.byteLength;
			sent++;
		}
		this.tries = sent > 0 || connection.counters.waiting > 0 ? 0 : this.tries + 1;
		if (this.tries > mostTries) this.giveUp();
		this.waiting = connection.isOpen() ? waiting.slice(sent) : [];
		if (this.waiting.length > 0) Timer.set(() => this.sendWaiting(), pause);
	}

	private giveUp(): void {
		const reason = `an echo of ${this.waiting[0]?.data.byteLength} bytes does not fit the send queue and window`;
		trace(`${reason}\n`);
		this.connection.close(messageTooBig, reason);
	}
}
