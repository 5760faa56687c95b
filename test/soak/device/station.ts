import type { Client, Counters, SendOptions, SendOutcome, Socket } from "xs-web-socket";
import type { BurstMessage, BurstResult, Order } from "../protocol.js";

/** What a Client and a Socket have in common, as far as it is needed here. */
interface Connection {
	send(data: unknown, options?: SendOptions): SendOutcome;
	isOpen(): boolean;
	close(code?: number, reason?: string): void;
	readonly counters: Counters;
}

/** A burst whose messages have not all left. */
interface Burst {
	number: number;
	before: Counters;
}

const asText: SendOptions = { binary: false };

/** Does what the messages of one Client or Socket ask for, and compares its ledger with its own at every step. */
export class Station {
	/** The connection has ended, and there will not be another one. */
	retired = false;
	private readonly connection: Connection;
	private readonly name: string;
	private readonly octets: boolean;
	private readonly dropsOldest: boolean;
	private accepted = 0;
	private refused = 0;
	private received = 0;
	private burst: Burst | undefined = undefined;

	/**
	 * @param octets whether the connection gives and takes messages as octets, not as values
	 * @param dropsOldest whether the oldest messages give way in a full queue
	 */
	constructor(connection: Client | Socket, name: string, octets: boolean, dropsOldest: boolean) {
		this.connection = connection;
		this.name = name;
		this.octets = octets;
		this.dropsOldest = dropsOldest;
		// The two have the same events, but not one type.
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
			this.fault("discarded an echo, for which there must be room");
	}

	private orderIn(message: unknown, binary: boolean): Order | undefined {
		if (binary && this.octets) return undefined;
		const value = this.octets ? JSON.parse(String.fromArrayBuffer(message as ArrayBuffer)) : message;
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
		if (this.sendValue(result) === "discarded") this.fault("discarded a message with its queue empty");
	}

	private close(code: number): void {
		this.connection.close(code);
		this.check("close()");
	}

	private sendValue(value: object): SendOutcome {
		return this.octets ? this.send(JSON.stringify(value), asText) : this.send(value);
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
		const { accepted, sent, waiting, lost, discarded, received } = counters;
		if (
			accepted === sent + waiting + lost &&
			accepted === this.accepted &&
			received === this.received &&
			(this.dropsOldest ? discarded >= this.refused : discarded === this.refused)
		)
			return;
		const { accepted: took, refused, received: got } = this;
		this.fault(
			`has a wrong ledger at ${when}: ${JSON.stringify(counters)}; it took ${took}, refused ${refused} and received ${got}`,
		);
	}

	private fault(text: string): void {
		trace(`fault ${this.name} ${text}\n`);
	}
}
