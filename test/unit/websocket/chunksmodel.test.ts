/**
 * Random messages in random frames and deliveries, and listeners of receiveChunks() that come and go, wait, and are settled
 * late: each byte arrives once, in order, at the listener of that time. CHUNKS_SEED=N repeats the run of that seed.
 */

import "../../../sim/node/globals.js";
import test from "ava";
import { traces } from "../../../sim/node/globals.js";
import { nextTurn } from "../../support/clock.js";
import { closePayload, frame, opcodes, takeFrame } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { Random } from "../../support/random.js";
import { Thenable } from "../../support/thenable.js";

const { Client } = await import("../../../modules/websocket/websocket.js");
const { receiveChunks } = await import("../../../modules/chunks/chunks.js");

Object.assign(globalThis, { device: { network: { ws: { socket: { io: MemorySocket } } } } });

/** A message of the peer: all its bytes are `mark`. */
interface Sent {
	readonly mark: number;
	readonly length: number;
	readonly binary: boolean;
	/** Position of its first frame in the stream. */
	readonly start: number;
	/** Bytes that have arrived, in chunks or together. */
	arrived: number;
	isComplete: boolean;
	/** True once receiveChunks() was called without a listener while it was unfinished. */
	isDropped: boolean;
}

/** Bytes of the marks: characters, because some messages are text. */
const firstMark = 33;
const marks = 90;

class Session {
	readonly client = new Client({
		...{ host: "127.0.0.1", connectTimeout: 0, timeBetweenRetries: 0, pingInterval: 0 },
		...{ receiveType: "application/octet-stream", maxMessageSize: 9000 },
	});
	/** Settles the promise that pauses the connection. */
	#settle: (() => void) | undefined;
	/** The same after the connection has ended. */
	#settleLate = (): void => {};
	/** Settle those of former connections. */
	readonly #late: (() => void)[] = [];
	/** True once the listener has failed, or the peer's close frame is a part of the stream. */
	#isFailed = false;
	#isEnding = false;
	#closed: number | undefined;
	/** What the peer has sent on this connection. */
	#sent: Sent[] = [];
	#stream = Buffer.alloc(0);
	#delivered = 0;
	#socket: MemorySocket | undefined;
	/** The listener of now, and how much was delivered when it came. */
	#listener: number | undefined;
	#since = 0;
	#listeners = 0;
	readonly #random: Random;
	chunks = 0;
	messages = 0;
	#expected = { received: 0, bytesReceived: 0 };

	constructor(random: Random) {
		this.#random = random;
		this.client.on("close", (code) => {
			this.#closed = code;
		});
		this.client.on("error", (text) => {
			if (!this.#isFailed) throw this.#fault(text);
		});
		this.client.on("message", (data, { binary }) => {
			const bytes = new Uint8Array(data as ArrayBuffer);
			const message = this.#messageOf(bytes, binary);
			if (message.arrived || bytes.length !== message.length) throw new Error("a part of a message");
			if (binary && this.#listener !== undefined && message.start >= this.#since)
				throw new Error("not in chunks");
			this.#arrive(message, bytes.length, true);
			this.messages++;
		});
	}

	get isOpen(): boolean {
		return this.#socket !== undefined;
	}

	connect(): void {
		this.client.open();
		nextTurn();
		const socket = MemorySocket.last;
		socket.grant(5000);
		socket.receive(acceptingResponse(acceptFor(socket.take().toString("latin1"))));
		socket.grant(5000);
		this.#socket = socket;
		this.#sent = [];
		this.#stream = Buffer.alloc(0);
		this.#delivered = this.#since = 0;
		this.#isFailed = this.#isEnding = false;
		this.#closed = undefined;
	}

	/** The peer's close frame follows what it has sent: it counts when that was received. */
	end(): void {
		if (this.#isEnding) return;
		this.#isEnding = true;
		this.#stream = Buffer.concat([this.#stream, frame(opcodes.close, closePayload(4000))]);
		this.finish();
	}

	/** After the listener has failed, the connection is closed with 1011, and nothing arrives any more. */
	checkFailed(): void {
		if (!this.#isFailed) return;
		this.#settle = undefined;
		if (this.client.isOpen()) throw new Error("open, though the listener has failed");
		let bytes = this.#socket?.take() as Buffer;
		const codes: number[] = [];
		for (let taken = takeFrame(bytes); taken; taken = takeFrame(bytes)) {
			bytes = Buffer.from(taken.rest);
			if (taken.frame.opcode === opcodes.close) codes.push(taken.frame.payload.readUInt16BE());
		}
		if (codes.join() !== "1011") throw new Error(`closed with ${codes}`);
		this.#socket?.receive(this.#stream.subarray(this.#delivered));
		if (!this.#isEnding) this.#socket?.receive(frame(opcodes.close, closePayload(4000)));
		this.lose();
		if (this.#closed !== 4000) throw new Error(`closed with ${this.#closed}`);
		this.#isFailed = false;
	}

	/** The connection is lost: a promise that is pending is settled later. */
	lose(): void {
		if (this.#settle) this.#late.push(this.#settleLate);
		this.#settle = undefined;
		this.#socket?.fail();
		this.#socket = undefined;
		nextTurn();
	}

	/** The peer sends a message. */
	send(): void {
		const random = this.#random;
		const mark = firstMark + (this.#sent.length % marks);
		const binary = random.next() < 0.7;
		const length = random.pick([
			1,
			5,
			125,
			126,
			1024,
			1025,
			1448,
			1449,
			random.integer(1, binary ? 9000 : 5000),
		]);
		const start = this.#stream.length;
		const parts: Buffer[] = [];
		let rest = length;
		let opcode: number = binary ? opcodes.binary : opcodes.text;
		for (let fin = false; !fin; ) {
			const count = random.next() < 0.5 ? rest : random.integer(0, rest);
			rest -= count;
			// An empty frame may end a message, too.
			fin = rest === 0 && random.next() < 0.8;
			parts.push(frame(opcode, Buffer.alloc(count, mark), { fin }));
			if (random.next() < 0.2) parts.push(frame(opcodes.ping, "x"));
			opcode = opcodes.continuation;
		}
		this.#sent.push({ mark, length, binary, start, arrived: 0, isComplete: false, isDropped: false });
		this.#stream = Buffer.concat([this.#stream, ...parts]);
	}

	/** Some more bytes arrive. */
	deliver(): void {
		const random = this.#random;
		const left = this.#stream.length - this.#delivered;
		const count = Math.min(left, random.pick([1, 2, 3, 100, 1448, left]));
		if (!count) return;
		this.#delivered += count;
		this.#socket?.receive(this.#stream.subarray(this.#delivered - count, this.#delivered));
	}

	/** Puts a listener in place of the last one, or none. */
	change(isInside = false): void {
		// Nothing tells the module of a message of which no byte has arrived: a later listener would get the rest of it.
		const isBare = this.#sent.some(
			({ start, arrived, isComplete, binary }) =>
				binary && !arrived && !isComplete && start < this.#delivered,
		);
		if (isBare && !this.#settle && !isInside) return;
		const listener = this.#random.next() < 0.4 ? undefined : ++this.#listeners;
		this.#listener = listener;
		this.#since = this.#delivered;
		if (listener !== undefined) {
			receiveChunks(this.client, (bytes, { first, last }) =>
				this.#take(listener, new Uint8Array(bytes), first, last),
			);
			return;
		}
		for (const message of this.#sent)
			if (!message.isComplete && message.start < this.#delivered) message.isDropped = true;
		receiveChunks(this.client, this.#random.pick([null, undefined]));
	}

	settle(): void {
		const settle = this.#settle;
		this.#settle = undefined;
		settle?.();
		nextTurn();
	}

	settleLate(): void {
		this.#late.shift()?.();
		nextTurn();
	}

	/** All that was sent has arrived. */
	finish(): void {
		while (this.#settle || this.#delivered < this.#stream.length) {
			this.settle();
			this.deliver();
			nextTurn();
			if (this.#isFailed) return this.checkFailed();
		}
		for (const { mark, isComplete, isDropped } of this.#sent)
			if (!isComplete && !isDropped) throw new Error(`the message of ${mark} has not arrived`);
		const { received, bytesReceived } = this.client.counters;
		const expected = this.#expected;
		if (received !== expected.received || bytesReceived !== expected.bytesReceived)
			throw new Error(`${received} messages, ${bytesReceived} bytes; expected ${JSON.stringify(expected)}`);
		if (!this.#isEnding) return;
		this.lose();
		if (this.#closed !== 4000) throw new Error(`closed with ${this.#closed}`);
	}

	#take(listener: number, bytes: Uint8Array, first: boolean, last: boolean): unknown {
		const random = this.#random;
		if (this.#isFailed) throw this.#fault("a chunk after the listener has failed");
		if (this.#settle) throw this.#fault("a chunk while the listener waits");
		if (listener !== this.#listener) throw this.#fault("a listener that was replaced");
		const message = this.#messageOf(bytes, true);
		if (first !== !message.arrived) throw this.#fault(`first is ${first} after ${message.arrived} bytes`);
		this.#arrive(message, bytes.length, last);
		this.chunks++;
		if (random.next() < 0.1) this.change(true);
		const habit = random.choose({ fast: 60, now: 10, later: 30, throw: 0.3, reject: 1 });
		if (habit === "fast") return undefined;
		if (habit === "throw") throw this.#fail();
		return new Thenable((resolve, reject) => {
			if (habit === "now") resolve();
			else {
				this.#settle = () => (habit === "reject" ? reject(this.#fail()) : resolve());
				this.#settleLate = () => (random.next() < 0.5 ? reject(new Error("the flash is full")) : resolve());
			}
		});
	}

	/** Returns the message that bytes belong to: the first one that is not complete, but for those that were dropped. */
	#messageOf(bytes: Uint8Array, binary: boolean): Sent {
		const message = this.#sent.find(
			({ mark, isComplete, isDropped }) =>
				!isComplete && (!isDropped || bytes.length === 0 || bytes[0] === mark),
		);
		if (message?.binary !== binary || !bytes.every((byte) => byte === message.mark))
			throw this.#fault(`${bytes.length} bytes of ${bytes[0]}, expected those of ${message?.mark}`);
		return message;
	}

	#arrive(message: Sent, count: number, last: boolean): void {
		message.arrived += count;
		message.isComplete = last;
		this.#expected.bytesReceived += count;
		if (last) this.#expected.received++;
		if (last !== (message.arrived === message.length) && last)
			throw this.#fault(`the end after ${message.arrived} bytes`);
		// Those before it that were dropped are over.
		for (const other of this.#sent) {
			if (other === message) break;
			other.isComplete = true;
		}
	}

	#fail(): Error {
		this.#isFailed = true;
		return new Error("the flash is full");
	}

	#fault(text: string): Error {
		return new Error(`fault: ${text}`);
	}
}

const unexpected = (): string[] => traces.filter((text) => !text.includes("the flash is full"));

test("each byte of a message arrives once, in order, at the listener of that time", (t) => {
	const random = new Random("CHUNKS_SEED");
	t.log(`CHUNKS_SEED=${random.seed}`);
	const totals = { chunks: 0, messages: 0 };
	const rounds = Number(process.env["CHUNKS_ROUNDS"] ?? 20);
	for (let round = 0; round < rounds; round++) {
		const session = new Session(random);
		for (let step = 0; step < 300; step++) {
			if (!session.isOpen) session.connect();
			const action = random.choose({
				send: 20,
				deliver: 40,
				settle: 20,
				change: 4,
				lose: 0.5,
				end: 0.3,
				late: 2,
			});
			if (action === "send") session.send();
			else if (action === "deliver") session.deliver();
			else if (action === "settle") session.settle();
			else if (action === "change") session.change();
			else if (action === "lose") session.lose();
			else if (action === "end") session.end();
			else session.settleLate();
			nextTurn();
			session.checkFailed();
		}
		t.deepEqual(unexpected(), []);
		if (session.isOpen) session.finish();
		totals.chunks += session.chunks;
		totals.messages += session.messages;
		t.deepEqual(unexpected(), []);
	}
	t.true(totals.chunks > 0 && totals.messages > 0, JSON.stringify(totals));
});
