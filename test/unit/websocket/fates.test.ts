import "../../../sim/node/globals.js";
import test from "ava";
import type { ClientOptions } from "../../../modules/websocket/websocket.js";
import { traces } from "../../../sim/node/globals.js";
import { nextTurn, pass } from "../../support/clock.js";
import { opcodes, takeFrame } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { Random } from "../../support/random.js";

// FATES_SEED=N repeats the run of that seed.

const { Client } = await import("../../../modules/websocket/websocket.js");

Object.assign(globalThis, { device: { network: { ws: { socket: { io: MemorySocket } } } } });

/** A message longer than any window here. */
const long = "long".repeat(75);

/** A client of text messages, with the test as its server. */
class Pair {
	readonly client;
	/** What the callbacks were called with, by message. */
	readonly fates = new Map<string, string[]>();
	/** The messages that the server has received whole. */
	readonly received: string[] = [];
	/** Payload of the message that has not arrived whole on the current connection. */
	partial = "";
	#socket: MemorySocket | undefined;

	constructor(options: ClientOptions = {}) {
		this.client = new Client({
			host: "127.0.0.1",
			sendType: "text/plain",
			pingInterval: 0,
			connectTimeout: 0,
			timeBetweenRetries: 0,
			...options,
		});
		this.client.on("error", () => {});
	}

	get isConnected(): boolean {
		return this.#socket !== undefined;
	}

	/** Opens a connection with this window. The widest one is 200: below 132 short messages would be sent in stages. */
	connect(window: number): void {
		this.client.open();
		const socket = MemorySocket.last;
		this.#socket = socket;
		socket.grant(1000);
		const accept = acceptFor(socket.take().toString("latin1"));
		// The channel begins with a window in which no message fits.
		socket.grant(0);
		socket.receive(acceptingResponse(accept));
		this.grant(window);
	}

	grant(window: number): void {
		this.#socket?.grant(window);
		this.read();
	}

	/** Reads what the client has sent. */
	read(): void {
		let bytes = this.#socket?.take() ?? Buffer.alloc(0);
		for (let taken = takeFrame(bytes); taken; taken = takeFrame(bytes)) {
			bytes = taken.rest;
			const { opcode, fin, payload } = taken.frame;
			if (opcode === opcodes.close) continue;
			this.partial += payload.toString();
			if (!fin) continue;
			this.received.push(this.partial);
			this.partial = "";
		}
	}

	/** The connection is lost. */
	lose(): void {
		const socket = this.#socket;
		this.#socket = undefined;
		this.partial = "";
		socket?.fail();
		nextTurn();
	}

	close(): void {
		this.client.close();
		this.read();
	}

	/** Sends a message and records its fate. */
	send(text: string, key?: string): string {
		const outcome = this.client.send(text, {
			key: key ?? null,
			onSettled: (fate) => this.fates.set(text, [...(this.fates.get(text) ?? []), fate]),
		});
		const before = this.fates.get(text);
		if (before) throw new Error(`send() called back with ${before}`);
		this.read();
		return outcome;
	}

	/** Returns the fates in the order of the callbacks. */
	get told(): [string, ...string[]][] {
		return [...this.fates].map(([text, fates]) => [text, ...fates]);
	}
}

test.serial("a queued message is told to be sent when all of it was handed to the socket", (t) => {
	const pair = new Pair();
	t.is(pair.send("one"), "queued");
	t.is(pair.client.send("without"), "queued");
	t.is(pair.send("two"), "queued");
	t.is(pair.client.bufferedAmount, 13);
	nextTurn();
	t.deepEqual(pair.told, []);
	t.is(pair.send(long), "queued");
	pair.connect(200);
	t.deepEqual(pair.told, [
		["one", "sent"],
		["two", "sent"],
	]);
	t.is(pair.client.bufferedAmount, 300 - pair.partial.length);
	pair.grant(100);
	t.is(pair.told.length, 2, "its last part has not left");
	pair.grant(200);
	t.deepEqual(pair.told[2], [long, "sent"]);
	t.deepEqual(pair.received, ["one", "without", "two", long]);
	t.is(pair.client.bufferedAmount, 0);
	pair.close();
	pair.lose();
});

test.serial("send() alone tells of messages that are not queued", (t) => {
	const pair = new Pair({ sendQueueSize: 10 });
	pair.send("queued");
	t.is(pair.send("too much"), "discarded");
	nextTurn();
	pair.connect(100);
	t.is(pair.send("direct"), "sent");
	nextTurn();
	pass(100);
	t.deepEqual(pair.told, [["queued", "sent"]]);
	pair.close();
	pair.lose();
});

test.serial("close() loses the messages that wait, and tells so in a later turn", (t) => {
	const pair = new Pair();
	pair.send("one");
	pair.send("two");
	pair.client.close();
	t.is(pair.client.bufferedAmount, 0);
	t.deepEqual(pair.told, []);
	nextTurn();
	t.deepEqual(pair.told, [
		["one", "lost"],
		["two", "lost"],
	]);
});

test.serial("drop-oldest loses the oldest, also behind a message that is sent in parts", (t) => {
	const pair = new Pair({ sendQueueSize: 310, overflow: "drop-oldest" });
	pair.connect(200);
	const [a, b, c, d] = ["a", "b", "c", "d"].map((letter) => letter.repeat(300)) as [
		string,
		string,
		string,
		string,
	];
	t.is(pair.send(a), "queued");
	t.is(pair.client.bufferedAmount, 300 - pair.partial.length);
	t.true(pair.partial.length > 0);
	for (const text of [b, c, d]) t.is(pair.send(text), "queued");
	t.deepEqual(pair.told, []);
	nextTurn();
	t.deepEqual(pair.told, [
		[b, "lost"],
		[c, "lost"],
	]);
	for (let windows = 0; windows < 5; windows++) pair.grant(200);
	t.deepEqual(pair.told.slice(2), [
		[a, "sent"],
		[d, "sent"],
	]);
	t.deepEqual(pair.received, [a, d]);
	pair.close();
	pair.lose();
});

test.serial(
	"a lost connection loses nothing: parts count again, and the message is sent on the next one",
	(t) => {
		const pair = new Pair();
		pair.connect(200);
		t.is(pair.send(long), "queued");
		const part = pair.partial.length;
		t.true(part > 0);
		t.is(pair.client.bufferedAmount, 300 - part);
		pair.lose();
		t.is(pair.client.bufferedAmount, 300);
		t.deepEqual(pair.told, []);
		pair.connect(200);
		pair.grant(200);
		t.deepEqual(pair.told, [[long, "sent"]]);
		t.deepEqual(pair.received, [long]);
		pair.close();
		pair.lose();
	},
);

test.serial("a message past the queue is told, too", (t) => {
	const pair = new Pair({ sendQueueSize: 0 });
	pair.connect(200);
	t.is(pair.send(long), "queued");
	t.is(pair.client.bufferedAmount, 300 - pair.partial.length);
	pair.grant(200);
	t.deepEqual(pair.told, [[long, "sent"]]);
	t.is(pair.client.bufferedAmount, 0);
	pair.close();
	pair.lose();
});

test.serial("callbacks may send and close; their exceptions are traced", (t) => {
	const pair = new Pair();
	pair.client.send("first", {
		onSettled(fate) {
			pair.send(`after ${fate}`);
			throw new Error("thrown by onSettled");
		},
	});
	pair.client.send("second", { onSettled: () => pair.client.close() });
	pair.send("third");
	pair.send(long);
	pair.connect(200);
	t.regex(traces.join(""), /Error: thrown by onSettled/);
	nextTurn();
	t.deepEqual(pair.told, [
		["third", "sent"],
		[long, "lost"],
		["after sent", "lost"],
	]);
	t.deepEqual(pair.received, ["first", "second", "third"]);
	const { accepted, sent, waiting, lost } = pair.client.counters;
	t.deepEqual([accepted, sent, waiting, lost], [5, 3, 0, 2]);
	pair.lose();
});

test("onSettled must be a function", (t) => {
	const { client } = new Pair();
	t.throws(() => client.send("x", { onSettled: 1 } as object), {
		instanceOf: TypeError,
		message: "onSettled is 1; it must be a function",
	});
	t.is(client.send("x", { onSettled: null }), "queued");
	t.is(client.counters.accepted, 1);
});

for (const overflow of ["refuse", "drop-oldest"] as const)
	test.serial(
		`${overflow}: with random sends, windows, losses and closes each queued message has one fate, the right one`,
		(t) => {
			const random = new Random("FATES_SEED");
			t.log(`FATES_SEED=${random.seed}`);
			let number = 0;
			const counts = { sent: 0, lost: 0, replaced: 0 };
			for (const sendQueueSize of [0, 300, 500, 2000]) {
				const pair = new Pair({ sendQueueSize, overflow });
				/** Queued messages of which no fate was told. */
				const waiting = new Map<string, number>();
				for (let step = 0; step < 3000; step++) {
					const action = random.choose({ send: 50, plain: 20, grant: 40, lose: 3, connect: 20, close: 0.5 });
					if (action === "send" || action === "plain") {
						const text = `${++number}${"x".repeat(random.integer(0, 290))}`;
						const key = random.next() < 0.3 ? `key ${random.integer(1, 3)}` : undefined;
						const outcome =
							action === "send" ? pair.send(text, key) : pair.client.send(text, { key: key ?? null });
						pair.read();
						if (outcome === "queued" && action === "send") waiting.set(text, text.length);
					} else if (action === "grant") pair.grant(random.integer(1, 200));
					else if (action === "lose") pair.lose();
					else if (action === "connect" && !pair.isConnected) pair.connect(200);
					else if (action === "close") {
						pair.close();
						pair.lose();
					}
					nextTurn();
					for (const [text, fates] of pair.fates) {
						if (!waiting.delete(text)) continue;
						t.is(fates.length, 1);
						const isSent = fates[0] === "sent";
						t.is(isSent, pair.received.includes(text));
						counts[fates[0] as "sent" | "lost" | "replaced"]++;
					}
					const known = [...waiting.values()].reduce((sum, length) => sum + length, 0);
					t.true(pair.client.bufferedAmount >= known - pair.partial.length);
					if (pair.client.counters.waiting === 0) t.is(waiting.size + pair.client.bufferedAmount, 0);
				}
				pair.close();
				pair.lose();
				nextTurn();
				for (const [text, fates] of pair.fates) t.is(fates.length, 1, text);
			}
			t.true(counts.sent > 200 && counts.lost > 10 && counts.replaced > 50, JSON.stringify(counts));
		},
	);
