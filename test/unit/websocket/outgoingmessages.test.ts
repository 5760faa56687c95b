import "../../../sim/node/globals.js";
import test from "ava";
import { octetsOf } from "../../../modules/rfc6455/framewriter.js";
import type { WebSocketClient, WriteOptions } from "../../../modules/websocket/engine.js";
import { Ledger } from "../../../modules/websocket/ledger.js";
import { OutgoingMessages } from "../../../modules/websocket/outgoingmessages.js";
import { ConnectionSettings } from "../../../modules/websocket/settings.js";
import { Random } from "../../support/random.js";

// OUTGOING_SEED=N repeats the run of that seed.

interface Message {
	text: string;
	binary: boolean;
}

/** A WebSocket that takes what fits, as one of ECMA-419 does. */
class FakeWebSocket implements WebSocketClient {
	target: unknown;
	window = 0;
	failed = false;
	/** The messages that have left whole, and the frames of each. */
	readonly messages: (Message & { frames: number })[] = [];
	/** The parts of the message that has not left whole. */
	parts: Buffer[] = [];
	#binary = false;

	read(): undefined {}

	write(data: ArrayBuffer | ArrayBufferView, options: WriteOptions = {}): number {
		const view = ArrayBuffer.isView(data)
			? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
			: Buffer.from(data);
		if (this.failed) throw new Error("not ready");
		if (view.length > this.window)
			throw new RangeError(`${view.length} octets in a window of ${this.window}`);
		this.window -= view.length;
		if (this.parts.length === 0) this.#binary = options.binary ?? true;
		this.parts.push(Buffer.from(view));
		if (!options.more) {
			const text = Buffer.concat(this.parts).toString();
			this.messages.push({ text, binary: this.#binary, frames: this.parts.length });
			this.parts = [];
		}
		return this.window;
	}

	close(): void {}
}

/** The same with the addition of modules/rfc6455. */
class FramingWebSocket extends FakeWebSocket {
	writeData(
		data: ArrayBuffer | ArrayBufferView,
		length: number,
		binary: boolean,
		more: boolean,
		transfer: boolean,
	): number {
		if (length > this.window) return -1;
		const window = this.write(data, { binary, more });
		// Octets that are given away are masked in place.
		if (transfer) octetsOf(data).fill(0xee);
		return window;
	}
}

function outgoing(options: Record<string, unknown> = {}) {
	const ledger = new Ledger();
	const overflows: string[] = [];
	const settings = new ConnectionSettings({ sendType: "text/plain", ...options });
	const messages = new OutgoingMessages(settings, ledger, {
		report: (text) => overflows.push(text),
		longestPastQueue: 0,
	});
	/** As Connection.send() does it. */
	const send = (text: string, binary = false): "sent" | "queued" | "discarded" => {
		const octets = new Uint8Array(Buffer.from(text)).buffer;
		const sent = messages.waiting === 0 && messages.write(octets, octets.byteLength, binary, true);
		if (!sent && !messages.enqueue(octets, octets.byteLength, binary)) return "discarded";
		ledger.accepted++;
		return sent ? "sent" : "queued";
	};
	return { ledger, overflows, messages, send };
}

function open(messages: OutgoingMessages, webSocket: FakeWebSocket, window: number): boolean {
	webSocket.window = window;
	messages.grant(webSocket, window);
	return messages.flush();
}

const ways = {
	"write()": () => new FakeWebSocket(),
	"writeData()": () => new FramingWebSocket(),
};

for (const [way, make] of Object.entries(ways)) {
	test(`${way}: a message that fits goes straight out, without passing the queue`, (t) => {
		const { messages, ledger, send } = outgoing();
		const webSocket = make();
		t.is(send("too early"), "queued");
		t.true(open(messages, webSocket, 100));
		t.is(send("x".repeat(50), true), "sent");
		t.is(send(""), "sent");
		t.deepEqual(webSocket.messages, [
			{ text: "too early", binary: false, frames: 1 },
			{ text: "x".repeat(50), binary: true, frames: 1 },
			{ text: "", binary: false, frames: 1 },
		]);
		t.like(ledger.snapshot(messages.waiting), { accepted: 3, sent: 3, waiting: 0, lost: 0, octetsSent: 59 });
	});

	test(`${way}: a message that the window does not take waits for it, and leaves as one frame`, (t) => {
		const { messages, send } = outgoing();
		const webSocket = make();
		open(messages, webSocket, 100);
		t.is(send("a".repeat(60)), "sent");
		t.is(send("b".repeat(60)), "queued");
		t.is(send("c"), "queued", "nothing overtakes");
		t.false(open(messages, webSocket, 50));
		t.is(webSocket.messages.length, 1);
		t.true(open(messages, webSocket, 100));
		t.deepEqual(
			webSocket.messages.map(({ text, frames }) => [text[0], frames]),
			[
				["a", 1],
				["b", 1],
				["c", 1],
			],
		);
	});

	test(`${way}: a message longer than the window ever was leaves in parts, at once and as windows come`, (t) => {
		const { messages, ledger, send } = outgoing();
		const webSocket = make();
		open(messages, webSocket, 100);
		t.is(send("long".repeat(60)), "queued");
		t.is(webSocket.window, 0);
		t.is(send("next"), "queued");
		open(messages, webSocket, 100);
		t.like(ledger.snapshot(messages.waiting), { accepted: 2, sent: 0, waiting: 2 });
		t.true(open(messages, webSocket, 100));
		t.deepEqual(webSocket.messages, [
			{ text: "long".repeat(60), binary: false, frames: 3 },
			{ text: "next", binary: false, frames: 1 },
		]);
	});

	test(`${way}: refuse: the newest gives way, with one word about it until the queue was empty`, (t) => {
		const { messages, ledger, overflows, send } = outgoing({ sendQueueSize: 64 });
		t.is(send("a".repeat(60)), "queued");
		t.is(send("b"), "discarded");
		t.is(send("c"), "discarded");
		t.is(overflows.length, 1);
		t.regex(overflows[0] as string, /64/);
		const webSocket = make();
		t.true(open(messages, webSocket, 100));
		t.false(open(messages, webSocket, 100), "drain is due once");
		t.like(ledger.snapshot(messages.waiting), { accepted: 1, sent: 1, discarded: 2, lost: 0 });
		messages.shut();
		send("a".repeat(60));
		send("b");
		t.is(overflows.length, 2);
	});

	test(`${way}: drop-oldest: as many give way as must, and they are lost`, (t) => {
		const { messages, ledger, overflows, send } = outgoing({ sendQueueSize: 64, overflow: "drop-oldest" });
		for (const text of ["a", "b", "c", "d"]) t.is(send(text.repeat(12)), "queued");
		t.is(send("e".repeat(38)), "queued");
		t.is(overflows.length, 1);
		t.like(ledger.snapshot(messages.waiting), { accepted: 5, discarded: 3, lost: 3, waiting: 2 });
		const webSocket = make();
		t.true(open(messages, webSocket, 100));
		t.deepEqual(
			webSocket.messages.map(({ text }) => text[0]),
			["d", "e"],
		);
	});

	test(`${way}: drop-oldest: a message that has left in part stays`, (t) => {
		const { messages, send } = outgoing({ sendQueueSize: 64, overflow: "drop-oldest" });
		const webSocket = make();
		open(messages, webSocket, 20);
		for (const text of ["a", "b", "c", "d"]) t.is(send(text.repeat(50)), "queued");
		while (!open(messages, webSocket, 20));
		t.deepEqual(
			webSocket.messages.map(({ text }) => text),
			["a".repeat(50), "d".repeat(50)],
		);
	});

	test(`${way}: a message that can never fit is told with both sizes, whatever gives way`, (t) => {
		for (const overflow of ["refuse", "drop-oldest"]) {
			const { messages, ledger, overflows, send } = outgoing({ sendQueueSize: 64, overflow });
			send("stays");
			t.is(send("x".repeat(61)), "discarded");
			t.regex(overflows[0] as string, /\b61\b.*\b60\b/);
			t.like(ledger.snapshot(messages.waiting), { accepted: 1, waiting: 1, lost: 0, discarded: 1 });
		}
	});

	test(`${way}: what was not sent whole when the connection ended is sent anew on the next one`, (t) => {
		const { messages, ledger, send } = outgoing();
		const first = make();
		open(messages, first, 30);
		send("long".repeat(20));
		send("next");
		open(messages, first, 30);
		t.is(first.parts.length, 2);
		messages.shut();
		t.is(send("last"), "queued");
		const second = make();
		t.true(open(messages, second, 200));
		t.deepEqual(
			second.messages.map(({ text }) => text),
			["long".repeat(20), "next", "last"],
		);
		t.like(ledger.snapshot(messages.waiting), { accepted: 3, sent: 3, waiting: 0, lost: 0 });
	});

	test(`${way}: a socket that has failed without a word keeps nothing from the next one`, (t) => {
		const { messages, ledger, send } = outgoing();
		const first = make();
		open(messages, first, 100);
		first.failed = true;
		t.is(send("one"), "queued");
		t.is(send("two"), "queued");
		t.false(open(messages, first, 100));
		messages.shut();
		const second = make();
		t.true(open(messages, second, 100));
		t.deepEqual(
			second.messages.map(({ text }) => text),
			["one", "two"],
		);
		t.like(ledger.snapshot(messages.waiting), { accepted: 2, sent: 2, waiting: 0 });
	});

	test(`${way}: lose() gives up what waits, and what has left in part`, (t) => {
		const { messages, ledger, send } = outgoing();
		const webSocket = make();
		open(messages, webSocket, 30);
		send("long".repeat(20));
		send("next");
		messages.lose();
		messages.shut();
		t.like(ledger.snapshot(messages.waiting), { accepted: 2, sent: 0, waiting: 0, lost: 2 });
		const second = make();
		t.false(open(messages, second, 200));
		t.deepEqual(second.messages, []);
	});

	for (const overflow of ["refuse", "drop-oldest"]) {
		test(`${way}, ${overflow}: under random sends, windows and ends the ledger holds, order is kept, and nothing comes twice`, (t) => {
			const random = new Random("OUTGOING_SEED");
			t.log(`OUTGOING_SEED=${random.seed}`);
			const totals = { sent: 0, lost: 0, discarded: 0, episodes: 0, overflows: 0 };
			for (const sendQueueSize of [64, 100, 1000]) {
				const { messages, ledger, overflows, send } = outgoing({ sendQueueSize, overflow });
				/** Messages accepted, oldest first, that have not left whole. */
				let accepted: Message[] = [];
				let webSocket: FakeWebSocket | undefined;
				let sent = 0;
				let episodes = 0;

				function check(drained: boolean): void {
					const counters = ledger.snapshot(messages.waiting);
					t.is(counters.accepted, counters.sent + counters.waiting + counters.lost);
					t.is(counters.waiting === 0 || !drained, true);
					if (drained) episodes++;
					for (const { text, binary } of webSocket?.messages.splice(0) ?? []) {
						const index = accepted.findIndex((message) => message.text === text);
						t.true(index >= 0, `${text} was not accepted, or came twice`);
						// Those before it gave way: nothing else may be missing.
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
					switch (random.choose({ send: 60, open: 30, fail: 2, end: 3, lose: 1 })) {
						case "send": {
							const text = `${step}:`.padEnd(random.integer(0, sendQueueSize + 20), "x");
							const binary = random.next() < 0.5;
							const outcome = send(text, binary);
							if (outcome !== "discarded") accepted.push({ text, binary });
							if (outcome === "sent") t.is(webSocket?.failed, false);
							check(false);
							break;
						}
						case "open":
							webSocket ??= make();
							check(open(messages, webSocket, random.integer(0, 150)));
							break;
						case "fail":
							if (webSocket) webSocket.failed = true;
							break;
						case "end":
							messages.shut();
							webSocket = undefined;
							break;
						case "lose":
							// close(): what waits is given up, and the connection takes nothing more.
							check(false);
							messages.lose();
							messages.shut();
							accepted = [];
							webSocket = undefined;
							break;
					}
				}
				messages.shut();
				webSocket = make();
				let drained = false;
				for (let turn = 0; turn < 100 && messages.waiting; turn++) drained = open(messages, webSocket, 150);
				check(drained);
				const counters = ledger.snapshot(messages.waiting);
				t.is(counters.waiting, 0);
				totals.sent += counters.sent;
				totals.lost += counters.lost;
				totals.discarded += counters.discarded;
				totals.episodes += episodes;
				totals.overflows += overflows.length;
			}
			t.true(
				Object.values(totals).every((total) => total > 0),
				JSON.stringify(totals),
			);
		});
	}
}
