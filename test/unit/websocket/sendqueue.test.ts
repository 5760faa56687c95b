import test from "ava";
import { SendQueue } from "../../../modules/websocket/sendqueue.js";
import { Random } from "../../support/random.js";

// SENDQUEUE_SEED=N repeats the run of that seed.

const header = 4;

interface Message {
	bytes: Buffer;
	binary: boolean;
}

/** Model of the queue: a plain list. */
class Model {
	readonly messages: Message[] = [];

	/** Bytes of the messages and their headers. */
	get used(): number {
		return this.messages.reduce((sum, { bytes }) => sum + bytes.length + header, 0);
	}

	/** Maximum size of a gap: it is shorter than the message that did not fit. */
	get mostGap(): number {
		return this.messages.reduce((most, { bytes }) => Math.max(most, bytes.length + header), 0) + header;
	}
}

test("with random operations the queue equals a list and refuses only messages that do not fit", (t) => {
	const random = new Random("SENDQUEUE_SEED");
	t.log(`SENDQUEUE_SEED=${random.seed}`);
	let refused = 0;
	let split = 0;
	for (const size of [4, 5, 6, 7, 8, 16, 64, 100, 1000, 70000]) {
		const queue = new SendQueue(size);
		const model = new Model();
		const storage = storageOf(queue);
		t.is(queue.capacity, size - header);
		const most = random.integer(1, Math.min(size, 3000));
		for (let step = 0; step < 4000; step++) {
			const action = random.choose({ push: 50, shift: 45, clear: 0.2 });
			if (action === "push") {
				const bytes = Buffer.from(
					Uint8Array.from({ length: random.integer(0, most) }, () => random.integer(0, 255)),
				);
				const binary = random.next() < 0.5;
				const taken = queue.push(random.next() < 0.5 ? bytes : new Uint8Array(bytes).buffer, binary);
				const needed = bytes.length + header;
				if (taken) {
					t.true(model.used + needed <= size);
					model.messages.push({ bytes, binary });
				} else {
					refused++;
					const empty = model.messages.length === 0;
					t.true(empty ? needed > size : model.used + model.mostGap + needed > size);
				}
			} else if (action === "shift" && model.messages.length > 0) {
				if (queue.peek().buffer !== storage) split++;
				// The caller may change the bytes that it has taken.
				queue.peek().fill(0xee);
				queue.shift();
				model.messages.shift();
			} else if (action === "clear") {
				queue.clear();
				model.messages.length = 0;
			}
			t.is(queue.count, model.messages.length);
			t.is(queue.messageBytes, model.used - header * queue.count);
			const [first] = model.messages;
			if (first) {
				t.is(queue.length, first.bytes.length);
				t.is(queue.binary, first.binary);
				t.true(first.bytes.equals(queue.peek()), `size ${size}, step ${step}`);
			}
		}
		for (const { bytes, binary } of model.messages) {
			t.is(queue.binary, binary);
			t.true(bytes.equals(queue.peek()));
			queue.shift();
		}
		t.is(queue.count, 0);
		t.is(storageOf(queue), storage, "the buffer is never replaced");
	}
	t.true(refused > 0 && split > 0, `${refused} messages were refused, ${split} were split`);
});

test("a message is stored in one piece if possible, and split only if it needs both ends of the buffer", (t) => {
	const queue = new SendQueue(100);
	const storage = storageOf(queue);
	t.true(queue.push(new ArrayBuffer(57), false));
	t.true(queue.push(new ArrayBuffer(26), true));
	t.false(queue.push(new ArrayBuffer(8), false));
	queue.shift();
	// 10 bytes are left at the end, 60 at the start.
	t.true(queue.push(Buffer.alloc(20, 1), false));
	queue.shift();
	t.is(queue.peek().buffer, storage);
	t.deepEqual(Buffer.from(queue.peek()), Buffer.alloc(20, 1));
	queue.clear();
	t.true(queue.push(new ArrayBuffer(46), false));
	t.true(queue.push(new ArrayBuffer(26), false));
	queue.shift();
	// 20 bytes are left at the end, 50 at the start: 60 need both.
	t.true(queue.push(Buffer.alloc(56, 3), true));
	queue.shift();
	t.not(queue.peek().buffer, storage);
	t.deepEqual(Buffer.from(queue.peek()), Buffer.alloc(56, 3));
	t.true(queue.binary);
});

test("a queue can use its whole size, with messages of any length and after any others", (t) => {
	for (const size of [64, 100, 4096]) {
		for (let length = 0; length + header <= size; length += 7) {
			const queue = new SendQueue(size);
			for (const before of [size / 2, size / 4].slice(length % 3))
				queue.push(new ArrayBuffer(before - header), false);
			while (queue.count) queue.shift();
			let count = 0;
			while (queue.push(new ArrayBuffer(length), false)) count++;
			t.is(count, Math.floor(size / (length + header)));
		}
	}
});

test("a view of any type is added with exactly its bytes", (t) => {
	const queue = new SendQueue(100);
	const bytes = Buffer.from("0123456789");
	const around = new Uint8Array(bytes).buffer;
	for (const view of [
		new Uint8Array(around, 2, 3),
		new DataView(around, 2, 3),
		new Uint16Array(around, 2, 2),
		new Uint8Array(around, 2, 0),
	]) {
		queue.push(view, true);
		t.is(Buffer.from(queue.peek()).toString(), "23456789".slice(0, view.byteLength));
		queue.shift();
	}
});

/** Returns the buffer of an empty queue. */
function storageOf(queue: SendQueue): ArrayBuffer {
	queue.push(new ArrayBuffer(0), false);
	const { buffer } = queue.peek();
	queue.shift();
	return buffer;
}
