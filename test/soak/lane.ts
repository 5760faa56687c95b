/**
 * The Node.js side of one connection, based on `ws`: exchanges messages with the device, then ends the
 * connection.
 */

import type { RawData, WebSocket } from "ws";
import type { Random } from "../support/random.js";
import { Watch } from "../support/watch.js";
import type { BurstMessage, BurstResult, Order } from "./protocol.js";

/** Ways to end a connection, with their relative frequency. */
const endings = {
	/** The peer starts the closing handshake. */
	"peer closes": 3,
	/** The device starts the closing handshake. */
	"device closes": 3,
	/** The peer resets the connection. */
	"peer terminates": 2,
	/** The peer resets it while echoes are in transit. */
	"peer terminates among echoes": 1,
	/** The peer resets it while the device's queue is full. */
	"peer terminates in a burst": 1,
};
export type Ending = keyof typeof endings;

/** Counters shared by all lanes. */
export interface Tally {
	endings: Partial<Record<Ending, number>>;
	bursts: number;
}

/** Bytes that a message takes in the device's send queue in addition to its data. */
const queueHeader = 4;
/**
 * An echo is requested only while those in transit take less than this in a send queue. With the longest one they still fit
 * the device's queue of 4096 bytes, which they all need when an earlier burst has filled the window.
 */
const outstandingLimit = 3000;
/** Timeout in milliseconds; not a performance limit. */
const timeout = 60_000;
const binaryLengths = [20, 64, 125, 126, 300, 1000];
const textLengths = [0, 0, 0, 20, 100, 110, 500];

let burstNumber = 0;
let echoNumber = 0;

/** One open connection, from its first message to its end. */
export class Lane {
	readonly #name: string;
	readonly #socket: WebSocket;
	readonly #random: Random;
	readonly #tally: Tally;
	readonly #watch = new Watch(timeout);
	/** Expected echoes, in order. */
	readonly #expected: Buffer[] = [];
	#outstanding = 0;
	#burst: { number: number; received: number; last: number; result?: BurstResult } | undefined;
	/** A Client's queue survives its connections: messages queued before a reset arrive first. */
	#mayBeLate: boolean;
	#closed: number | undefined;
	#fault: Error | undefined;

	constructor(name: string, socket: WebSocket, random: Random, tally: Tally) {
		this.#name = name;
		this.#socket = socket;
		this.#random = random;
		this.#tally = tally;
		this.#mayBeLate = name.startsWith("client");
		socket.on("message", (data: RawData, binary) => {
			try {
				this.#take(data as Buffer, binary);
			} catch (error) {
				this.#fault ??= error as Error;
			}
			this.#watch.changed();
		});
		socket.on("error", (error) => {
			this.#fault ??= new Error(`${name}: ${error.message}`);
			this.#watch.changed();
		});
		socket.on("close", (code) => {
			this.#closed = code;
			this.#watch.changed();
		});
	}

	/**
	 * Exchanges messages and ends the connection.
	 * @throws Error if the device misbehaves
	 */
	async play(): Promise<void> {
		await this.#exchange(this.#random.integer(25, 75));
		if (this.#random.integer(1, 4) === 1) await this.#playBurst();
		const ending = this.#random.choose(endings);
		this.#tally.endings[ending] = (this.#tally.endings[ending] ?? 0) + 1;
		await this.#end(ending);
	}

	async #end(ending: Ending): Promise<void> {
		let code: number | undefined = 1006;
		switch (ending) {
			case "peer closes":
				code = this.#random.pick([1000, 1001, 3000, 4999]);
				this.#socket.close(code, "soak");
				break;
			case "device closes":
				code = this.#random.pick([1000, 1011, 4000]);
				this.#order({ order: "close", code });
				break;
			case "peer terminates among echoes":
				while (this.#outstanding < outstandingLimit / 2) this.#sendEcho();
				this.#socket.terminate();
				break;
			case "peer terminates in a burst":
				this.#startBurst();
				await this.#until(() => (this.#burst?.received || this.#burst?.result ? true : undefined), "a burst");
				this.#socket.terminate();
				break;
			default:
				this.#socket.terminate();
		}
		const got = await this.#until(() => this.#closed, "the end of the connection");
		if (got !== code) throw new Error(`${this.#name}: the connection ended with ${got}, not with ${code}.`);
	}

	async #exchange(count: number): Promise<void> {
		for (let sent = 0; sent < count; ) {
			for (; sent < count && this.#outstanding < outstandingLimit; sent++) this.#sendEcho();
			// Continue at half the limit, to keep both sides busy.
			await this.#until(() => (this.#outstanding < outstandingLimit / 2 ? true : undefined), "echoes");
		}
		await this.#until(() => (this.#expected.length === 0 ? true : undefined), "the last echoes");
	}

	#sendEcho(): void {
		// Only client 1 handles binary messages.
		const binary = this.#name === "client 1" && this.#random.integer(0, 1) === 1;
		const data = binary
			? this.#random.bytes(this.#random.pick(binaryLengths))
			: Buffer.from(
					JSON.stringify({
						// A unique number, so that a late echo is not mistaken for it.
						echo: ++echoNumber,
						text: "é".repeat(this.#random.pick(textLengths)),
					}),
				);
		this.#expected.push(data);
		this.#outstanding += data.byteLength + queueHeader;
		this.#socket.send(data, { binary });
	}

	#startBurst(): void {
		const number = ++burstNumber;
		this.#burst = { number, received: 0, last: -1 };
		this.#tally.bursts++;
		const length = this.#random.integer(300, 900);
		// The device's window and queue hold about 12000 bytes.
		this.#order({ order: "burst", number, length, count: Math.ceil(20000 / length) });
	}

	async #playBurst(): Promise<void> {
		this.#startBurst();
		const { kept, discarded } = await this.#until(() => this.#burst?.result, "the end of a burst");
		const received = this.#burst?.received;
		this.#burst = undefined;
		if (received !== kept || discarded === 0)
			throw new Error(
				`${this.#name}: received ${received} messages of a burst; the device sent ${kept} and discarded ${discarded}.`,
			);
	}

	#order(order: Order): void {
		this.#socket.send(JSON.stringify(order));
	}

	#take(data: Buffer, binary: boolean): void {
		const value = binary ? {} : (JSON.parse(data.toString()) as Partial<BurstMessage & BurstResult>);
		if (value.burst !== undefined) this.#takeBurst(value.burst, value.index ?? -1);
		else if (value.done !== undefined) {
			if (this.#burst?.number === value.done) this.#burst.result = value as BurstResult;
		} else if (this.#expected[0] && data.equals(this.#expected[0])) {
			this.#expected.shift();
			this.#outstanding -= data.byteLength + queueHeader;
			this.#mayBeLate = false;
		} else if (!this.#mayBeLate)
			throw new Error(
				`${this.#name}: "${data.toString().slice(0, 100)}" was received instead of "${this.#expected[0]?.toString().slice(0, 100)}".`,
			);
	}

	#takeBurst(number: number, index: number): void {
		const burst = this.#burst;
		// Ignore a burst of the previous connection.
		if (burst?.number !== number) return;
		if (index <= burst.last)
			throw new Error(`${this.#name}: message ${index} of a burst arrived after message ${burst.last}.`);
		burst.last = index;
		burst.received++;
	}

	#until<T>(look: () => T | undefined, what: string): Promise<T> {
		return this.#watch.until(
			() => {
				if (this.#fault) throw this.#fault;
				const value = look();
				if (value === undefined && this.#closed !== undefined)
					throw new Error(`${this.#name}: the connection ended with ${this.#closed} before ${what}.`);
				return value;
			},
			() => `${this.#name}: timeout while waiting for ${what}.`,
		);
	}
}
