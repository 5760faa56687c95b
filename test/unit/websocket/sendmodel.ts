/** A model of what must become of the messages of one Client or Socket, written from the documentation alone. */

export type Fate = "sent" | "lost" | "replaced";

/** A message that the test has sent. */
export interface Message {
	readonly name: string;
	/** Its bytes; those that a source has given so far. */
	bytes: Buffer;
	readonly binary: boolean;
	readonly key?: string | undefined;
	readonly isFromSource: boolean;
	/** True if it was sent with `onSettled` and queued: then it must be told. */
	isWatched: boolean;
	/** What has become of it. */
	fate?: Fate | undefined;
	/** What `onSettled` was called with. */
	readonly told: string[];
}

const headerSize = 4;
/** Most messages from sources in the ring. */
const mostSources = 4;

const sizeOf = ({ bytes, key = "", isFromSource }: Message): number =>
	headerSize + (isFromSource ? 0 : bytes.length + Buffer.byteLength(key));

/** The send queue and the counters. */
export class SendModel {
	readonly counts = { sent: 0, lost: 0, replaced: 0, discarded: 0, bytesSent: 0 };
	/** The messages in the ring, the oldest first. */
	ring: Message[] = [];
	/** The message that is being sent, or will be next, and is not in the ring. */
	aside: Message | undefined;
	/** True once a part of the oldest message was sent on this connection. */
	hasStarted = false;
	/** False once a part of the oldest message was sent, or could not be: it is not replaced. */
	isReplaceable = true;
	/** Bytes of the oldest message that were sent on this connection. */
	partSent = 0;
	isOpen = false;
	/** Series in which a message was discarded. */
	discardSeries = 0;
	series: "none" | "started" | "reported" = "none";
	readonly #size: number;
	readonly #dropsOldest: boolean;
	readonly #isClient: boolean;

	constructor(size: number, dropsOldest: boolean, isClient: boolean) {
		this.#size = size;
		this.#dropsOldest = dropsOldest;
		this.#isClient = isClient;
	}

	get waiting(): number {
		return this.ring.length + (this.aside ? 1 : 0);
	}

	get oldest(): Message | undefined {
		return this.aside ?? this.ring[0];
	}

	/** Bytes of the queue that are free. */
	get free(): number {
		return this.ring.reduce((free, message) => free - sizeOf(message), this.#size);
	}

	get bufferedAmount(): number {
		const waiting = this.aside ? [this.aside, ...this.ring] : this.ring;
		const own = waiting.filter(({ isFromSource }) => !isFromSource);
		const sum = own.reduce((bytes, message) => bytes + message.bytes.length, 0);
		return this.oldest?.isFromSource ? sum : sum - this.partSent;
	}

	/** Returns what send() must return for a message that is not sent at once. */
	accept(message: Message): "queued" | "discarded" {
		if (!this.isOpen && !this.#isClient) {
			this.counts.discarded++;
			return "discarded";
		}
		if (this.series === "none") this.series = "started";
		if (this.#replace(message)) return "queued";
		if (sizeOf(message) > this.#size) {
			const { length } = message.bytes;
			const longest = this.#isClient ? 131072 : 0;
			if (!message.isFromSource && this.isOpen && !this.waiting && length <= longest) {
				this.aside = message;
				return "queued";
			}
			this.#discard();
			return "discarded";
		}
		const sources = this.ring.filter(({ isFromSource }) => isFromSource).length;
		if (message.isFromSource && sources === mostSources) {
			this.#discard();
			return "discarded";
		}
		while (sizeOf(message) > this.free) {
			this.#discard();
			if (!this.#dropsOldest) return "discarded";
			this.#end(this.ring.shift() as Message, "lost");
			if (this.#replace(message)) return "queued";
		}
		this.ring.push(message);
		return "queued";
	}

	/** A part of the oldest message is sent, or requested of its source: it cannot be replaced or discarded any more. */
	begin(isPart = false): void {
		this.isReplaceable = !isPart;
		if (!this.aside && (this.#dropsOldest || this.oldest?.isFromSource)) this.aside = this.ring.shift();
	}

	/** The oldest message was sent. */
	finish(): void {
		const message = this.aside ?? (this.ring.shift() as Message);
		this.aside = undefined;
		this.#forgetParts();
		this.#end(message, "sent");
		this.counts.bytesSent += message.bytes.length;
	}

	/** A message was sent at once. */
	sendDirect(message: Message): void {
		this.#end(message, "sent");
		this.counts.bytesSent += message.bytes.length;
	}

	/** The source of the oldest message has failed. Returns whether that closes the connection. */
	failSource(): boolean {
		const closes = this.hasStarted;
		if (closes) this.endConnection();
		else this.#loseAside();
		return closes;
	}

	/** The connection has ended, or is closing. */
	endConnection(): void {
		this.isOpen = false;
		if (this.aside?.isFromSource && this.hasStarted) this.#loseAside();
		this.#forgetParts();
	}

	/** close() was called, or a Socket has ended. */
	loseAll(): void {
		const waiting = this.aside ? [this.aside, ...this.ring] : this.ring;
		this.aside = undefined;
		this.ring = [];
		this.series = "none";
		this.#forgetParts();
		for (const message of waiting) this.#end(message, "lost");
	}

	#loseAside(): void {
		const message = this.aside as Message;
		this.aside = undefined;
		this.#forgetParts();
		this.#end(message, "lost");
	}

	#forgetParts(): void {
		this.hasStarted = false;
		this.isReplaceable = true;
		this.partSent = 0;
	}

	#discard(): void {
		this.counts.discarded++;
		if (this.series !== "reported") this.discardSeries++;
		this.series = "reported";
	}

	/** Puts a message in the place of the last one with its key. */
	#replace(message: Message): boolean {
		if (!message.key) return false;
		const place = this.ring.map(({ key }) => key).lastIndexOf(message.key);
		const isInParts = place === 0 && !this.aside && !this.isReplaceable;
		const old = this.ring[place];
		if (!old || isInParts || sizeOf(message) > this.free + sizeOf(old)) return false;
		this.ring[place] = message;
		this.#end(old, "replaced");
		return true;
	}

	#end(message: Message, fate: Fate): void {
		if (message.fate) throw new Error(`${message.name} was ${message.fate}, and is ${fate}`);
		message.fate = fate;
		this.counts[fate]++;
	}
}

export function equal(actual: unknown, expected: unknown, what: string): void {
	if (actual !== expected) throw new Error(`${what}: ${actual}, expected ${expected}`);
}
