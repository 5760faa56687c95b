import type { Client, Counters, SendOptions, SendOutcome, Socket } from "xs-web-socket";
import type { BurstMessage, BurstResult, Order } from "../protocol.js";

/** Common interface of Client and Socket, as needed here. */
interface Connection {
	send(data: unknown, options?: SendOptions): SendOutcome;
	isOpen(): boolean;
	close(code?: number, reason?: string): void;
	readonly counters: Counters;
}

/** A burst whose messages are not all sent. */
interface Burst {
	number: number;
	before: Counters;
}

const asText: SendOptions = { binary: false };

/** Executes the orders received by a Client or a Socket, and compares its counters with own counts at every step. */
export class Station {
	/** True if the connection has ended permanently. */
	retired = false;
	private readonly connection: Connection;
	private readonly name: string;
	private readonly bytes: boolean;
	private readonly dropsOldest: boolean;
	private accepted = 0;
	private refused = 0;
	private received = 0;
	private burst: Burst | undefined = undefined;

	/**
	 * @param bytes whether messages are bytes instead of values
	 * @param dropsOldest whether a full queue discards the oldest messages
	 */
	constructor(connection: Client | Socket, name: string, bytes: boolean, dropsOldest: boolean) {
		this.connection = connection;
		this.name = name;
		this.bytes = bytes;
		this.dropsOldest = dropsOldest;
		// Both have the same events but no common type.
		const emitter = connection as Socket;
		emitter.on("open", () => this.check("open"));
		emitter.on("message", (message, { binary }) => this.take(message, binary));
		emitter.on("drain", () => {
			this.check("drain");
			this.endBurst();
		});
		emitter.on("error", (message) => {
			this.check("error");
			if (!this.burst) this.fault(`emitted the error "${message}"`);
		});
		emitter.on("close", () => {
			this.check("close");
			this.burst = undefined;
		});
	}

	get counters(): Counters {
		return this.connection.counters;
	}

	private take(message: unknown, binary: boolean): void {
		this.received++;
		this.check("message");
		const order = this.orderIn(message, binary);
		if (order?.order === "burst") this.startBurst(order.number, order.count, order.length);
		else if (order?.order === "close") this.close(order.code);
		else if (this.send(message, { binary }) === "discarded" && this.connection.isOpen())
			this.fault("discarded an echo although there must be room");
	}

	private orderIn(message: unknown, binary: boolean): Order | undefined {
		if (binary && this.bytes) return undefined;
		const value = this.bytes ? JSON.parse(String.fromArrayBuffer(message as ArrayBuffer)) : message;
		return (value as Order).order ? (value as Order) : undefined;
	}

	private startBurst(number: number, count: number, length: number): void {
		const text = "b".repeat(length);
		const burst: Burst = { number, before: this.counters };
		this.burst = burst;
		for (let index = 0; index < count; index++)
			this.sendValue({ burst: number, index, text } satisfies BurstMessage);
		const { waiting, discarded } = this.counters;
		if (waiting === 0 && discarded === burst.before.discarded) this.endBurst();
	}

	private endBurst(): void {
		const { burst } = this;
		if (!burst) return;
		this.burst = undefined;
		const { sent, discarded } = this.counters;
		const result: BurstResult = {
			done: burst.number,
			kept: sent - burst.before.sent,
			discarded: discarded - burst.before.discarded,
		};
		if (this.sendValue(result) === "discarded") this.fault("discarded a message although its queue is empty");
	}

	private close(code: number): void {
		this.connection.close(code);
		this.check("close()");
	}

	private sendValue(value: object): SendOutcome {
		return this.bytes ? this.send(JSON.stringify(value), asText) : this.send(value);
	}

	private send(data: unknown, options?: SendOptions): SendOutcome {
		const outcome = this.connection.send(data, options);
		if (outcome === "discarded") this.refused++;
		else this.accepted++;
		this.check("send()");
		return outcome;
	}

	private check(when: string): void {
		const { counters } = this;
		const { accepted, sent, waiting, lost, replaced, discarded, received } = counters;
		if (
			accepted === sent + waiting + lost + replaced &&
			accepted === this.accepted &&
			received === this.received &&
			(this.dropsOldest ? discarded >= this.refused : discarded === this.refused)
		)
			return;
		const { accepted: took, refused, received: got } = this;
		this.fault(
			`has wrong counters at ${when}: ${JSON.stringify(counters)}; expected accepted ${took}, discarded ${refused}, received ${got}`,
		);
	}

	private fault(text: string): void {
		trace(`fault ${this.name} ${text}\n`);
	}
}
