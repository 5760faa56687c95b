import "../../../sim/node/globals.js";
import test from "ava";
import type { Channel } from "../../../modules/channel/contract.js";
import { bytesOfMessage, type MessageData } from "../../../modules/rfc6455/bytes.js";
import type { SendQueue } from "../../../modules/rfc6455/sendqueue.js";
import type { MessageWriter, SharedMessage } from "../../../modules/rfc6455/writing.js";
import { Connection, type SendOutcome } from "../../../modules/websocket/connection.js";
import { ConnectionCore } from "../../../modules/websocket/connectioncore.js";
import { ConnectionSettings } from "../../../modules/websocket/settings.js";
import { nextTurn } from "../../support/clock.js";
import { Random } from "../../support/random.js";

// OUTGOING_SEED=N repeats the run of that seed.

interface Message {
	text: string;
	binary: boolean;
	key?: string | undefined;
}

/** A channel that accepts data that fit its window, which counts payload only. */
class FakeChannel implements Channel, MessageWriter {
	capacity = 0;
	widestCapacity = 0;
	/** True once the connection has failed or ended. */
	isDead = false;
	/** Messages that were sent completely, with the number of frames of each. */
	readonly messages: (Message & { frames: number })[] = [];
	/** Parts of the unfinished message. */
	parts: Buffer[] = [];
	readonly buffered = 0;
	#binary = false;

	/** Sets the window, in bytes. */
	grant(window: number): void {
		this.capacity = window;
		this.widestCapacity = Math.max(window, this.widestCapacity);
	}

	get writer(): this {
		return this;
	}

	write(data: MessageData, binary: boolean, more: boolean): number {
		const bytes = bytesOfMessage(data);
		const { length } = bytes;
		if (this.isDead || length > this.capacity) return -1;
		this.capacity -= length;
		if (this.parts.length === 0) this.#binary = binary;
		this.parts.push(Buffer.from(bytes));
		if (!more) {
			const text = Buffer.concat(this.parts).toString();
			this.messages.push({ text, binary: this.#binary, frames: this.parts.length });
			this.parts = [];
		}
		return length;
	}

	writeShared({ data, binary }: SharedMessage): number {
		return this.write(data, binary, false);
	}

	writeQueued(queue: SendQueue): number {
		return queue.writeFirst(this);
	}

	takeMessage(): string {
		return "";
	}

	ping(): void {}

	close(): void {
		this.isDead = true;
	}

	destroy(): void {
		this.isDead = true;
	}
}

/** A core that queues messages while there is no connection, like a Client. */
class TestCore extends ConnectionCore {
	override readonly mayWait = true;
	protected override readonly longestPastQueue = 0;
	protected override onOpened(): void {}
	protected override onEnded(): void {}
}

class TestConnection extends Connection {
	declare readonly core: TestCore;

	constructor(options: Record<string, unknown>) {
		super(new TestCore(ConnectionSettings.ofClient({ sendType: "text/plain", ...options })));
	}
}

class Outgoing {
	readonly connection: TestConnection;
	/** Messages of `error` events. */
	readonly errors: string[] = [];
	channel: FakeChannel | undefined;
	#drains = 0;

	constructor(options: Record<string, unknown> = {}) {
		this.connection = new TestConnection(options);
		this.connection.on("error", (text) => this.errors.push(text));
		this.connection.on("drain", () => this.#drains++);
	}

	get counters() {
		return this.connection.counters;
	}

	/** Sends text, or its bytes in a binary message. */
	send(text: string, binary = false, key?: string): SendOutcome {
		if (binary) return this.connection.send(new Uint8Array(Buffer.from(text)), { binary, key: key ?? null });
		return key === undefined ? this.connection.send(text) : this.connection.send(text, { key });
	}

	/** Sets the window; opens a connection if there is none. Returns whether `drain` was emitted. */
	open(window: number): boolean {
		const drains = this.#drains;
		const { core } = this.connection;
		if (this.channel) {
			this.channel.grant(window);
			core.onWindow();
		} else {
			this.channel = new FakeChannel();
			this.channel.grant(window);
			core.onOpen(this.channel, "");
		}
		nextTurn();
		return this.#drains > drains;
	}

	/** Ends the connection. */
	end(): void {
		this.channel?.destroy();
		if (this.channel) this.connection.core.onClose(1006, "");
		this.channel = undefined;
		nextTurn();
	}

	/** Messages that the current connection has sent. */
	get sent(): (Message & { frames: number })[] {
		return this.channel?.messages ?? [];
	}
}

test("a message sent when liveness fails waits for the next connection", (t) => {
	const it = new Outgoing({ pingInterval: 40, pongTimeout: 40 });
	it.open(100);
	const { core } = it.connection;
	const outcomes: SendOutcome[] = [];
	it.connection.on("error", () => outcomes.push(it.send("late")));
	const { sent } = it;
	for (let ticks = 0; core.isOpen && ticks < 100; ticks++) core.tick();
	t.deepEqual(outcomes, ["queued"]);
	t.deepEqual(sent, []);
	t.like(it.counters, { accepted: 1, sent: 0, waiting: 1 });
});

test("a message that fits is sent at once, without passing the queue", (t) => {
	const it = new Outgoing();
	t.is(it.send("too early"), "queued");
	t.true(it.open(100));
	t.is(it.send("x".repeat(50), true), "sent");
	t.is(it.send(""), "sent");
	t.deepEqual(it.sent, [
		{ text: "too early", binary: false, frames: 1 },
		{ text: "x".repeat(50), binary: true, frames: 1 },
		{ text: "", binary: false, frames: 1 },
	]);
	t.like(it.counters, { accepted: 3, sent: 3, waiting: 0, lost: 0, bytesSent: 59 });
});

test("the caller's bytes are not changed, whether sent at once or from the queue", (t) => {
	const it = new Outgoing({ sendType: "application/octet-stream" });
	const bytes = new Uint8Array(Buffer.from("caller's"));
	for (const options of [{}, { binary: true }, { binary: false }]) {
		t.is(it.connection.send(bytes, options), "queued");
		t.true(it.open(100));
		t.is(it.connection.send(bytes, options), "sent");
		t.is(it.connection.send(bytes.buffer, options), "sent");
		t.is(Buffer.from(bytes).toString(), "caller's");
		t.deepEqual([...new Set(it.sent.map(({ text }) => text))], ["caller's"]);
		it.end();
	}
});

test("a message that does not fit the window waits for it and is sent as one frame", (t) => {
	const it = new Outgoing();
	it.open(100);
	t.is(it.send("a".repeat(60)), "sent");
	t.is(it.send("b".repeat(60)), "queued");
	t.is(it.send("c"), "queued", "no message overtakes another");
	t.false(it.open(50));
	t.is(it.sent.length, 1);
	t.true(it.open(100));
	t.deepEqual(
		it.sent.map(({ text, frames }) => [text[0], frames]),
		[
			["a", 1],
			["b", 1],
			["c", 1],
		],
	);
});

test("a message longer than the widest window is sent in parts, at once and as the window allows", (t) => {
	const it = new Outgoing();
	it.open(100);
	t.is(it.send("long".repeat(60)), "queued");
	t.is(it.channel?.capacity, 0);
	t.is(it.send("next"), "queued");
	it.open(100);
	t.like(it.counters, { accepted: 2, sent: 0, waiting: 2 });
	t.true(it.open(100));
	t.deepEqual(it.sent, [
		{ text: "long".repeat(60), binary: false, frames: 3 },
		{ text: "next", binary: false, frames: 1 },
	]);
});

test("refuse: the new message is discarded, with one error until the queue is empty again", (t) => {
	const it = new Outgoing({ sendQueueSize: 64 });
	t.is(it.send("a".repeat(60)), "queued");
	t.is(it.send("b"), "discarded");
	t.is(it.send("c"), "discarded");
	t.deepEqual(it.errors, [], "no event comes from inside send()");
	nextTurn();
	t.is(it.errors.length, 1);
	t.regex(it.errors[0] as string, /64/);
	t.true(it.open(100));
	t.false(it.open(100), "drain is emitted once");
	t.like(it.counters, { accepted: 1, sent: 1, discarded: 2, lost: 0 });
	it.end();
	it.send("a".repeat(60));
	it.send("b");
	nextTurn();
	t.is(it.errors.length, 2);
});

test("drop-oldest: as many messages as necessary are discarded and counted as lost", (t) => {
	const it = new Outgoing({ sendQueueSize: 64, overflow: "drop-oldest" });
	for (const text of ["a", "b", "c", "d"]) t.is(it.send(text.repeat(12)), "queued");
	t.is(it.send("e".repeat(38)), "queued");
	nextTurn();
	t.is(it.errors.length, 1);
	t.like(it.counters, { accepted: 5, discarded: 3, lost: 3, waiting: 2 });
	t.true(it.open(100));
	t.deepEqual(
		it.sent.map(({ text }) => text[0]),
		["d", "e"],
	);
});

test("drop-oldest: a message that was sent in part is not discarded", (t) => {
	const it = new Outgoing({ sendQueueSize: 64, overflow: "drop-oldest" });
	it.open(20);
	for (const text of ["a", "b", "c", "d"]) t.is(it.send(text.repeat(50)), "queued");
	while (!it.open(20));
	t.deepEqual(
		it.sent.map(({ text }) => text),
		["a".repeat(50), "d".repeat(50)],
	);
});

test("a message that can never fit emits an error with both sizes and discards no other message", (t) => {
	for (const overflow of ["refuse", "drop-oldest"]) {
		const it = new Outgoing({ sendQueueSize: 64, overflow });
		it.send("stays");
		t.is(it.send("x".repeat(61)), "discarded");
		nextTurn();
		t.regex(it.errors[0] as string, /\b61\b.*\b60\b/);
		t.like(it.counters, { accepted: 1, waiting: 1, lost: 0, discarded: 1 });
	}
});

test("the key of a message takes a part of the queue, and of the limit that the error names", (t) => {
	const it = new Outgoing({ sendQueueSize: 64 });
	t.is(it.send("x".repeat(58), false, "key"), "discarded");
	nextTurn();
	t.regex(it.errors[0] as string, /\b58\b.*takes 57\b/);
	t.is(it.send("x".repeat(57), false, "key"), "queued");
});

test("a message that was sent only in part is sent again on the next connection", (t) => {
	const it = new Outgoing();
	it.open(30);
	it.send("long".repeat(20));
	it.send("next");
	it.open(30);
	t.is(it.channel?.parts.length, 2);
	it.end();
	t.is(it.send("last"), "queued");
	t.true(it.open(200));
	t.deepEqual(
		it.sent.map(({ text }) => text),
		["long".repeat(20), "next", "last"],
	);
	t.like(it.counters, { accepted: 3, sent: 3, waiting: 0, lost: 0 });
});

test("no message is lost to a channel that has failed without an event", (t) => {
	const it = new Outgoing();
	it.open(100);
	(it.channel as FakeChannel).isDead = true;
	t.is(it.send("one"), "queued");
	t.is(it.send("two"), "queued");
	t.false(it.open(100));
	it.end();
	t.true(it.open(100));
	t.deepEqual(
		it.sent.map(({ text }) => text),
		["one", "two"],
	);
	t.like(it.counters, { accepted: 2, sent: 2, waiting: 0 });
});

test("close() discards the waiting messages, including one that was sent in part", (t) => {
	const it = new Outgoing();
	it.open(30);
	it.send("long".repeat(20));
	it.send("next");
	it.connection.close();
	it.end();
	t.like(it.counters, { accepted: 2, sent: 0, waiting: 0, lost: 2 });
	t.false(it.open(200));
	t.deepEqual(it.sent, []);
});

for (const overflow of ["refuse", "drop-oldest"]) {
	test(`${overflow}: with random sends, windows and ends, counters are correct and messages are sent once and in order`, (t) => {
		const random = new Random("OUTGOING_SEED");
		t.log(`OUTGOING_SEED=${random.seed}`);
		const totals = { sent: 0, lost: 0, replaced: 0, discarded: 0, drains: 0, errors: 0 };
		for (const sendQueueSize of [64, 100, 1000]) {
			const it = new Outgoing({ sendQueueSize, overflow });
			/** Accepted messages that were not sent completely, oldest first. */
			let accepted: Message[] = [];
			let sent = 0;
			let drains = 0;

			function check(drained: boolean): void {
				const { counters } = it;
				const { accepted: total, waiting, lost, replaced } = counters;
				t.is(total, counters.sent + waiting + lost + replaced);
				t.is(counters.waiting === 0 || !drained, true);
				if (drained) drains++;
				for (const { text, binary } of it.sent.splice(0)) {
					const index = accepted.findIndex((message) => message.text === text);
					t.true(index >= 0, `${text} was not accepted, or was sent twice`);
					// Earlier messages were discarded; no others may be missing.
					if (index > 0) t.is(overflow, "drop-oldest");
					t.is(accepted[index]?.binary, binary);
					accepted = accepted.slice(index + 1);
					sent++;
				}
				t.is(counters.sent, sent);
				t.true(counters.waiting <= accepted.length);
				if (overflow === "refuse") t.is(counters.waiting, accepted.length);
			}

			for (let step = 0; step < 2000; step++) {
				switch (random.choose({ send: 60, open: 30, fail: 2, end: 3, close: 1 })) {
					case "send": {
						const text = `${step}:`.padEnd(random.integer(0, sendQueueSize + 20), "x");
						const binary = random.next() < 0.5;
						const key = random.next() < 0.3 ? `key ${random.integer(1, 3)}` : undefined;
						const { replaced } = it.counters;
						const outcome = it.send(text, binary, key);
						if (it.counters.replaced > replaced) {
							const place = accepted.map((message) => message.key).lastIndexOf(key);
							t.true(key !== undefined && place >= 0);
							accepted[place] = { text, binary, key };
						} else if (outcome !== "discarded") accepted.push({ text, binary, key });
						if (outcome === "sent") t.is(it.channel?.isDead, false);
						nextTurn();
						check(false);
						break;
					}
					case "open":
						check(it.open(random.integer(0, 150)));
						break;
					case "fail":
						if (it.channel) it.channel.isDead = true;
						break;
					case "end":
						it.end();
						break;
					case "close":
						check(false);
						it.connection.close();
						it.end();
						accepted = [];
						break;
				}
			}
			it.end();
			let drained = false;
			for (let turn = 0; turn < 100 && it.counters.waiting; turn++) drained = it.open(150);
			check(drained);
			const { counters } = it;
			t.is(counters.waiting, 0);
			totals.sent += counters.sent;
			totals.lost += counters.lost;
			totals.replaced += counters.replaced;
			totals.discarded += counters.discarded;
			totals.drains += drains;
			totals.errors += it.errors.length;
		}
		t.true(
			Object.values(totals).every((total) => total > 0),
			JSON.stringify(totals),
		);
	});
}
