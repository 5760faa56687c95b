/** What a source or a listener of chunks may do from inside: close, send, take itself away, be settled at once. */

import "../../../sim/node/globals.js";
import test from "ava";
import type { ChunkSource } from "../../../modules/chunks/chunks.js";
import { traces } from "../../../sim/node/globals.js";
import { nextTurn } from "../../support/clock.js";
import { frame, opcodes } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { type Resolve, Thenable } from "../../support/thenable.js";
import { framesIn } from "../rfc6455/frames.js";

const { Client } = await import("../../../modules/websocket/websocket.js");
const { receiveChunks, sendChunks } = await import("../../../modules/chunks/chunks.js");

Object.assign(globalThis, { device: { network: { ws: { socket: { io: MemorySocket } } } } });

class Pair {
	readonly client = new Client({
		...{ host: "127.0.0.1", connectTimeout: 0, timeBetweenRetries: 0, pingInterval: 0 },
		...{ sendType: "text/plain", receiveType: "application/octet-stream" },
	});
	readonly errors: string[] = [];
	readonly fates: string[] = [];
	#socket = MemorySocket.last;

	constructor() {
		this.client.on("error", (text) => this.errors.push(text));
		this.connect();
	}

	connect(): void {
		this.client.open();
		nextTurn();
		this.#socket = MemorySocket.last;
		this.#socket.grant(1000);
		this.#socket.receive(acceptingResponse(acceptFor(this.#socket.take().toString("latin1"))));
		this.#socket.grant(1000);
	}

	sendChunks(source: object): void {
		sendChunks(this.client, source as ChunkSource, { onSettled: (fate) => this.fates.push(fate) });
	}

	/** What the client has written since the last call: opcode, FIN and payload of each frame. */
	get written(): [opcode: number, fin: boolean, payload: string][] {
		return framesIn(this.#socket.take()).map(({ opcode, fin, payload }) => [opcode, fin, payload.toString()]);
	}

	receive(opcode: number, payload: string, fin = true): void {
		this.#socket.receive(frame(opcode, payload, { fin }));
	}

	lose(): void {
		this.#socket.fail();
		nextTurn();
	}

	get counts(): number[] {
		const { accepted, sent, waiting, lost } = this.client.counters;
		return [accepted, sent, waiting, lost];
	}
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

test.serial("next() closes the connection, then throws: the message is lost once", (t) => {
	const pair = new Pair();
	pair.sendChunks({
		[Symbol.iterator]: () => ({
			next(): never {
				pair.client.close();
				throw new Error("the sensor is gone");
			},
		}),
	});
	nextTurn();
	pair.lose();
	t.deepEqual(pair.counts, [1, 0, 0, 1]);
	t.deepEqual(pair.fates, ["lost"]);
	pair.connect();
	t.is(pair.client.send("after"), "sent");
});

test.serial("a generator that closes the connection is ended: its finally runs", (t) => {
	const pair = new Pair();
	const order: string[] = [];
	const { length } = traces;
	function* pieces() {
		try {
			yield bytesOf("one");
			pair.client.close();
			order.push("closed");
			yield bytesOf("two");
		} finally {
			order.push("finally");
		}
	}
	pair.sendChunks(pieces());
	nextTurn();
	nextTurn();
	t.deepEqual(order, ["closed", "finally"]);
	t.deepEqual(traces.slice(length), []);
	t.deepEqual(pair.counts, [1, 0, 0, 1]);
});

for (const how of ["close()", "a source that fails"])
	test.serial(`what return() sends after ${how} is not a part of the message`, (t) => {
		const pair = new Pair();
		let outcome = "";
		let count = 0;
		pair.sendChunks({
			[Symbol.iterator]: () => ({
				next: () => {
					count++;
					if (count === 1) return { value: bytesOf("begun"), done: false };
					if (how === "close()") pair.client.close();
					return { value: "wrong", done: false };
				},
				return: () => {
					outcome = pair.client.send("from return()");
					return {};
				},
			}),
		});
		nextTurn();
		nextTurn();
		t.is(outcome, "queued");
		const [first, ...others] = pair.written;
		t.deepEqual(first, [opcodes.binary, false, "begun"]);
		t.deepEqual(
			others.map(([opcode]) => opcode),
			[opcodes.close],
		);
		pair.lose();
		pair.connect();
		t.deepEqual(pair.written, [[opcodes.text, true, "from return()"]]);
	});

test.serial("a source whose results are there at once, though it says later, sends one message", (t) => {
	const pair = new Pair();
	let count = 0;
	pair.sendChunks({
		[Symbol.asyncIterator]: () => ({
			next: () =>
				new Thenable((resolve) => {
					count++;
					resolve(count <= 2 ? { value: bytesOf(`piece ${count}`), done: false } : { done: true });
				}),
		}),
	});
	t.is(pair.client.send("behind"), "queued");
	nextTurn();
	t.deepEqual(pair.written, [
		[opcodes.binary, false, "piece 1"],
		[opcodes.continuation, false, "piece 2"],
		[opcodes.continuation, true, ""],
		[opcodes.text, true, "behind"],
	]);
	t.deepEqual(pair.counts, [2, 2, 0, 0]);
	t.deepEqual(pair.fates, ["sent"]);
});

test.serial(
	"a piece whose buffer is taken away before it was sent loses its message, not those behind it",
	(t) => {
		const pair = new Pair();
		pair.lose();
		const piece = new Uint8Array(10);
		const settle: Resolve[] = [];
		pair.sendChunks({
			[Symbol.asyncIterator]: () => ({
				next: () => new Thenable((resolve) => settle.push(resolve)),
			}),
		});
		pair.client.send("behind");
		pair.connect();
		pair.lose();
		settle[0]?.({ value: piece, done: false });
		structuredClone(piece.buffer, { transfer: [piece.buffer] });
		pair.connect();
		nextTurn();
		t.deepEqual(pair.written, [[opcodes.text, true, "behind"]]);
		t.deepEqual(pair.counts, [2, 1, 0, 1]);
		t.deepEqual(pair.fates, ["lost"]);
		t.regex(pair.errors.join(), /detached/);
	},
);

test.serial("null stands for the default of `binary`", (t) => {
	const pair = new Pair();
	sendChunks(pair.client, [bytesOf("bytes")], { binary: null });
	nextTurn();
	t.is(pair.written[0]?.[0], opcodes.binary);
	const other = new Client({ sendType: "application/octet-stream" });
	t.is(other.send(bytesOf("bytes"), { binary: null }), "queued");
	t.is(pair.client.send("text", { binary: null }), "sent");
	t.is(pair.written[0]?.[0], opcodes.text);
});

test.serial(
	"a listener that puts another one in its place, and waits, holds the rest back until then",
	(t) => {
		const pair = new Pair();
		const chunks: [string, boolean, boolean][] = [];
		let resume: Resolve = () => {};
		receiveChunks(pair.client, (head) => {
			receiveChunks(pair.client, (bytes, { first, last }) => {
				chunks.push([Buffer.from(bytes).toString(), first, last]);
			});
			chunks.push([Buffer.from(head).toString(), true, false]);
			return new Thenable((resolve) => {
				resume = resolve;
			});
		});
		pair.receive(opcodes.binary, "head, ", false);
		pair.receive(opcodes.continuation, "body");
		nextTurn();
		t.is(chunks.length, 1);
		resume();
		nextTurn();
		t.deepEqual(chunks, [
			["head, ", true, false],
			["body", false, true],
		]);
	},
);

test.serial("after no listener in the middle of a message, the next one gets whole messages only", (t) => {
	for (const comesBefore of [true, false]) {
		const pair = new Pair();
		const chunks: [string, boolean, boolean][] = [];
		const listener = (bytes: ArrayBuffer, { first, last }: { first: boolean; last: boolean }): void => {
			chunks.push([Buffer.from(bytes).toString(), first, last]);
		};
		receiveChunks(pair.client, listener);
		pair.receive(opcodes.binary, "begin", false);
		receiveChunks(pair.client, null);
		pair.receive(opcodes.continuation, "dropped", false);
		if (comesBefore) receiveChunks(pair.client, listener);
		pair.receive(opcodes.continuation, "end");
		if (!comesBefore) receiveChunks(pair.client, listener);
		pair.receive(opcodes.binary, "next", false);
		pair.receive(opcodes.continuation, "!");
		t.deepEqual(chunks, [
			["begin", true, false],
			["next", true, false],
			["!", false, true],
		]);
	}
});

test.serial("after no listener in the middle of a message, those of the next connection are emitted", (t) => {
	const pair = new Pair();
	const messages: string[] = [];
	pair.client.on("message", (data) => messages.push(Buffer.from(data as ArrayBuffer).toString()));
	receiveChunks(pair.client, () => {});
	pair.receive(opcodes.binary, "begin", false);
	receiveChunks(pair.client, null);
	pair.lose();
	pair.connect();
	pair.receive(opcodes.binary, "in two ", false);
	pair.receive(opcodes.continuation, "frames");
	t.deepEqual(messages, ["in two frames"]);
});
