import "../../../sim/node/globals.js";
import test from "ava";
import { SendQueue } from "../../../modules/rfc6455/sendqueue.js";
import { Random } from "../../support/random.js";
import { framesIn } from "./frames.js";

// SENDQUEUE_SEED=N repeats the run of that seed.

const header = 4;
const segment = 1436;

interface Message {
	bytes: Buffer;
	binary: boolean;
}

/** Bytes of messages and their headers. */
function used(messages: readonly Message[]): number {
	return messages.reduce((sum, { bytes }) => sum + bytes.length + header, 0);
}

function firstOf(queue: SendQueue): Buffer {
	return Buffer.from(queue.part(0, queue.length));
}

/** Bytes of a frame with a payload of `length` bytes. */
function frameSize(length: number, masks: boolean): number {
	return length + (length < 126 ? 2 : 4) + (masks ? 4 : 0);
}

test("with random operations the queue equals a list, and refuses only messages that do not fit", (t) => {
	const random = new Random("SENDQUEUE_SEED");
	t.log(`SENDQUEUE_SEED=${random.seed}`);
	let refused = 0;
	let together = 0;
	for (const size of [0, 3, 4, 5, 6, 7, 8, 16, 64, 100, 1000, 70000]) {
		const queue = new SendQueue(size);
		const model: Message[] = [];
		t.is(queue.size, size);
		t.is(queue.capacity, size - header);
		const most = random.integer(0, Math.min(size, 3000));
		for (let step = 0; step < 3000; step++) {
			switch (random.choose({ push: 50, shift: 20, encode: 20, clear: 0.2 })) {
				case "push": {
					const bytes = Buffer.from(
						Uint8Array.from({ length: random.integer(0, most) }, () => random.integer(0, 255)),
					);
					const binary = random.next() < 0.5;
					const length = queue.push(random.next() < 0.5 ? bytes : new Uint8Array(bytes).buffer, binary);
					if (used(model) + bytes.length + header <= size) {
						t.is(length, bytes.length);
						model.push({ bytes, binary });
					} else {
						t.is(length, -1);
						refused++;
					}
					break;
				}
				case "shift":
					if (model.shift()) queue.removeFirst();
					break;
				case "encode": {
					const masks = random.next() < 0.5;
					const room = random.integer(-1, most + 20);
					const frames = queue.encode(masks, room);
					let total = 0;
					let count = 0;
					for (const { bytes } of model) {
						total += frameSize(bytes.length, masks);
						if (total > room || (count > 0 && total > segment)) break;
						count++;
					}
					if (count === 0) {
						t.is(frames, undefined);
						break;
					}
					const sent = model.splice(0, count);
					t.deepEqual(
						framesIn(Buffer.from(frames as ArrayBuffer)),
						sent.map(({ bytes, binary }) => ({
							fin: true,
							opcode: binary ? 2 : 1,
							masked: masks,
							payload: bytes,
						})),
					);
					t.is(queue.encodedBytes, used(sent) - header * count);
					t.is(queue.removeEncoded(), count);
					if (count > 1) together++;
					break;
				}
				case "clear":
					queue.clear();
					model.length = 0;
			}
			t.is(queue.count, model.length);
			t.is(queue.messageBytes, used(model) - header * model.length);
			const [first] = model;
			if (first) {
				t.is(queue.binary, first.binary);
				t.true(first.bytes.equals(firstOf(queue)), `size ${size}, step ${step}`);
				const start = random.integer(0, first.bytes.length);
				const end = random.integer(start, first.bytes.length);
				t.true(first.bytes.subarray(start, end).equals(queue.part(start, end)));
			}
		}
	}
	t.true(
		refused > 0 && together > 0,
		`${refused} messages were refused, ${together} times several were sent`,
	);
});

test("a queue can use its whole size, with messages of any length and after any others", (t) => {
	for (const size of [64, 100, 4096]) {
		for (let length = 0; length + header <= size; length += 7) {
			const queue = new SendQueue(size);
			for (const before of [size / 2, size / 4].slice(length % 3))
				queue.push(new ArrayBuffer(before - header), false);
			while (queue.count) queue.removeFirst();
			let count = 0;
			while (queue.push(new ArrayBuffer(length), false) >= 0) count++;
			t.is(count, Math.floor(size / (length + header)));
		}
	}
});

test("a view of any type is added with exactly its bytes, and text as UTF-8", (t) => {
	const queue = new SendQueue(100);
	const bytes = Buffer.from("0123456789");
	const around = new Uint8Array(bytes).buffer;
	for (const view of [
		new Uint8Array(around, 2, 3),
		new DataView(around, 2, 3),
		new Uint16Array(around, 2, 2),
		new Uint8Array(around, 2, 0),
	]) {
		t.is(queue.push(view, true), view.byteLength);
		t.is(firstOf(queue).toString(), "23456789".slice(0, view.byteLength));
		queue.removeFirst();
	}
	t.is(queue.push("grüße\0🙂", false), 12);
	t.is(firstOf(queue).toString(), "grüße\0🙂");
});

test("with random keys and lengths, a replaced message keeps its place, and those behind it keep their bytes", (t) => {
	const random = new Random("SENDQUEUE_SEED");
	t.log(`SENDQUEUE_SEED=${random.seed}`);
	const keys = ["a", "bb", "é", "k".repeat(126)];
	let replaced = 0;
	let refused = 0;
	for (const size of [8, 50, 300, 2000]) {
		const queue = new SendQueue(size);
		const model: (Message & { key: string })[] = [];
		const inUse = () =>
			used(model) + model.reduce((sum, { key }) => sum + (key ? Buffer.byteLength(key) : 0), 0);
		for (let step = 0; step < 3000; step++) {
			const bytes = Buffer.from(
				Uint8Array.from({ length: random.integer(0, Math.min(size, 90)) }, () => random.integer(0, 255)),
			);
			const binary = random.next() < 0.5;
			const key = random.next() < 0.2 ? "" : (keys[random.integer(0, keys.length - 1)] as string);
			const from = random.integer(0, 1);
			const last = key ? model.map((message) => message.key).lastIndexOf(key) : -1;
			const place = last >= from ? last : -1;
			if (key) t.is(queue.placeOf(key, from), place);
			const old = model[place];
			if (old) {
				const fits = inUse() - old.bytes.length + bytes.length <= size;
				t.is(queue.overwrite(place, bytes, binary), fits ? bytes.length : -1);
				if (fits) model[place] = { bytes, binary, key };
				if (fits) replaced++;
				else refused++;
			} else {
				const fits = inUse() + header + Buffer.byteLength(key) + bytes.length <= size;
				t.is(queue.push(bytes, binary, key || undefined), fits ? bytes.length : -1);
				if (fits) model.push({ bytes, binary, key });
			}
			if (random.next() < 0.3 && model.shift()) queue.removeFirst();
			t.is(queue.count, model.length);
			t.is(queue.messageBytes, used(model) - header * model.length);
			const [first] = model;
			if (first) {
				t.is(queue.binary, first.binary);
				t.true(first.bytes.equals(firstOf(queue)), `size ${size}, step ${step}`);
			}
		}
		for (const { bytes } of model) {
			t.true(bytes.equals(firstOf(queue)));
			queue.removeFirst();
		}
	}
	t.true(replaced > 100 && refused > 100, `${replaced} were replaced, ${refused} refused`);
});

test("messages are encoded up to a marker, which its owner removes", (t) => {
	const queue = new SendQueue(36);
	queue.push("one", false, "key");
	t.is(queue.push("", true, null), 0);
	queue.push("two", false);
	t.is(queue.placeOf("key", 1), -1);
	t.is(queue.messageBytes, 6);
	t.false(queue.isMarker);
	t.deepEqual(
		framesIn(Buffer.from(queue.encode(false, 100) as ArrayBuffer)).map(({ payload }) => payload.toString()),
		["one"],
	);
	t.is(queue.removeEncoded(), 1);
	t.true(queue.isMarker);
	t.true(queue.binary);
	t.is(queue.length, 0);
	t.is(queue.encode(false, 100), undefined);
	t.is(queue.writeFirst({ write: () => Number.NaN }), 0);
	queue.removeFirst();
	t.false(queue.isMarker);
	t.is(firstOf(queue).toString(), "two");
	while (queue.push("", false, null) === 0);
	t.is(queue.count, 8);
});
