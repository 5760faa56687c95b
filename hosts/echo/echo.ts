import Timer from "timer";
import type { SendOptions, SendOutcome } from "xs-web-socket";

/** Common interface of Client and Socket, as needed here. */
interface Connection {
	send(data: unknown, options?: SendOptions): SendOutcome;
	isOpen(): boolean;
	readonly counters: { readonly waiting: number };
	close(code?: number, reason?: string): void;
}

/** Maximum number of queued bytes per peer, as a multiple of the maximum message size. */
const queueFactor = 4;
/** Milliseconds between two attempts to send to a peer that does not read. */
const pause = 5;
/** Maximum number of attempts to send a message while the send queue is empty: five seconds. */
const mostTries = 1000;
const messageTooBig = 1009;
const tryAgainLater = 1013;

/**
 * Message types for echoes: text is received and sent as bytes, so that it does not change. UTF-8 is validated
 * before.
 */
export const binaryTypes = { receiveType: "application/octet-stream", sendType: "application/octet-stream" };

/**
 * Echoes the messages of one connection in order. Messages that the send queue rejects, because the peer does
 * not read, are queued here. The connection is closed if this queue becomes too long, or if a message never
 * fits the send queue and window.
 */
export class Echo {
	private readonly connection: Connection;
	private readonly limit: number;
	private waiting: { data: ArrayBuffer; binary: boolean }[] = [];
	private waitingBytes = 0;
	private tries = 0;

	/** @param maxMessageSize maximum message size in bytes */
	constructor(connection: Connection, maxMessageSize: number) {
		this.connection = connection;
		this.limit = queueFactor * maxMessageSize;
	}

	/** Echoes a message. */
	send(data: ArrayBuffer, binary: boolean): void {
		if (this.waiting.length === 0) {
			if (this.connection.send(data, { binary }) !== "discarded") return;
			Timer.set(() => this.sendWaiting(), pause);
		}
		this.waiting.push({ data, binary });
		this.waitingBytes += data.byteLength;
		if (this.waitingBytes > this.limit)
			this.connection.close(tryAgainLater, "echoes are not read fast enough");
	}

	private sendWaiting(): void {
		const { connection, waiting } = this;
		let sent = 0;
		for (const { data, binary } of waiting) {
			if (!connection.isOpen() || connection.send(data, { binary }) === "discarded") break;
			this.waitingBytes -= data.byteLength;
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
