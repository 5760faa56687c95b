import test from "ava";
import { SendQueue } from "../../../modules/rfc6455/sendqueue.js";
import { closePayload, frame, opcodes, takeFrame } from "../../support/frames.js";
import { Endpoint, roles } from "./endpoint.js";
import { framesIn, framesOf } from "./frames.js";
import { counting } from "./vectors.js";

function bufferOf(bytes: Uint8Array): ArrayBuffer {
	return new Uint8Array(bytes).buffer;
}

const lengths = [0, 1, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537];

for (const role of roles) {
	const masks = role === "client";

	for (const length of lengths) {
		test(`${role}: the header of a frame of ${length} bytes is the shortest, and masked as the role requires`, (t) => {
			const endpoint = new Endpoint(role);
			const payload = counting(length);
			endpoint.send(bufferOf(payload));
			endpoint.send(bufferOf(payload), { binary: false });
			const bytes = endpoint.takeWritten();
			const header = (length < 126 ? 2 : length < 65536 ? 4 : 10) + (masks ? 4 : 0);
			t.is(bytes.length, 2 * (header + length));
			const [binary, text] = framesIn(bytes);
			t.deepEqual(binary, { fin: true, opcode: opcodes.binary, masked: masks, payload });
			t.deepEqual(text, { fin: true, opcode: opcodes.text, masked: masks, payload });
		});
	}

	test(`${role}: only the bytes of a view are sent`, (t) => {
		const endpoint = new Endpoint(role);
		const bytes = counting(100);
		const around = bufferOf(bytes);
		endpoint.send(new Uint8Array(around, 10, 20));
		endpoint.send(new DataView(around, 30, 5));
		endpoint.send(new Uint16Array(around, 40, 3));
		endpoint.send(new Uint8Array(around, 50, 0));
		t.deepEqual(
			framesIn(endpoint.takeWritten()).map(({ payload }) => payload),
			[bytes.subarray(10, 30), bytes.subarray(30, 35), bytes.subarray(40, 46), bytes.subarray(50, 50)],
		);
	});

	test(`${role}: the caller's bytes are not changed`, (t) => {
		const endpoint = new Endpoint(role);
		const bytes = counting(100);
		const kept = new Uint8Array(bytes);
		endpoint.send(kept);
		endpoint.send(kept, { more: true });
		endpoint.control(opcodes.ping, kept);
		t.deepEqual(Buffer.from(kept), bytes);
		for (const { payload } of framesIn(endpoint.takeWritten())) t.deepEqual(payload, bytes);
	});

	test(`${role}: a failed connection leaves the bytes unmasked for the next one`, (t) => {
		for (const window of [10, 1000]) {
			const endpoint = new Endpoint(role, { window });
			endpoint.socket.isBroken = true;
			const bytes = counting(100);
			const given = new Uint8Array(bytes);
			t.is(endpoint.send(given), -1);
			t.deepEqual(Buffer.from(given), bytes);
			t.is(endpoint.send(new ArrayBuffer(0)), -1);
			t.is(endpoint.channel.writer.capacity, 0);
		}
	});

	test(`${role}: a frame is one write, and is written with the next window if that fails`, (t) => {
		const endpoint = new Endpoint(role);
		endpoint.socket.writesLeft = 1;
		t.is(endpoint.send(new Uint8Array(counting(100))), 100);
		t.is(endpoint.send(new Uint8Array(counting(100))), -1);
		t.is(framesIn(endpoint.takeWritten()).length, 1);
		endpoint.socket.writesLeft = 1;
		t.true(endpoint.open(1000) > 100);
		t.is(endpoint.send(new Uint8Array(counting(100))), 100);
		t.is(framesIn(endpoint.takeWritten()).length, 1);
	});

	test(`${role}: a frame was not sent if the socket returns nothing`, (t) => {
		const endpoint = new Endpoint(role);
		endpoint.socket.write = () => undefined as never;
		t.is(endpoint.send("lost"), -1);
		t.is(endpoint.send(""), -1);
		t.is(endpoint.channel.writer.capacity, 0);
	});

	test(`${role}: received data of a failed connection are read, although nothing can be sent`, (t) => {
		for (const window of [10, 1000]) {
			const endpoint = new Endpoint(role, { window });
			const mask = role === "server";
			endpoint.socket.isBroken = true;
			t.is(endpoint.send(new ArrayBuffer(20)), -1);
			endpoint.push(
				Buffer.concat([
					frame(opcodes.ping, "one", { mask }),
					frame(opcodes.text, "two", { mask }),
					frame(opcodes.ping, "three", { mask }),
					frame(opcodes.close, closePayload(1001), { mask }),
				]),
			);
			t.deepEqual(
				endpoint.happenings.slice(0, 5).map(({ what }) => what),
				["control", "message", "control", "control", "closing"],
			);
		}
	});

	test(`${role}: the parts of a message are continuation frames until the last one`, (t) => {
		const endpoint = new Endpoint(role);
		const part = bufferOf(Buffer.from("x"));
		endpoint.send(part, { binary: false, more: true });
		endpoint.send(part, { more: true });
		endpoint.control(opcodes.ping, "p");
		endpoint.send(part, { more: true });
		endpoint.send(new ArrayBuffer(0));
		endpoint.send(part, { binary: false });
		t.deepEqual(
			framesIn(endpoint.takeWritten()).map(({ fin, opcode }) => [fin, opcode]),
			[
				[false, opcodes.text],
				[false, opcodes.continuation],
				[true, opcodes.ping],
				[false, opcodes.continuation],
				[true, opcodes.continuation],
				[true, opcodes.text],
			],
		);
	});

	test(`${role}: with every window the capacity fits, and one byte more does not`, (t) => {
		const windows = [...Array(300).keys()];
		for (let near = -20; near <= 20; near++) windows.push(65536 + near);
		windows.push(1436, 8192, 70000, 2 ** 17);
		for (const window of windows) {
			const endpoint = new Endpoint(role, { window });
			const fits = endpoint.open(window);
			// A window of 130 bytes takes 126 bytes of a server in one frame, or 125 in pieces like a narrower one.
			const tooMany = new ArrayBuffer(window === 130 ? fits + 2 : fits + 1);
			t.is(endpoint.send(tooMany), -1, `window ${window}`);
			t.is(endpoint.windowLeft, window);
			if (fits === 0) {
				t.is(window, 0);
				continue;
			}
			const payload = counting(fits);
			t.is(endpoint.send(bufferOf(payload)), fits);
			let bytes = endpoint.takeWritten();
			t.true(bytes.length <= window);
			// A frame that is too long for a narrow window is sent in pieces.
			while (takeFrame(bytes) === undefined) {
				endpoint.open(window);
				bytes = Buffer.concat([bytes, endpoint.takeWritten()]);
			}
			t.deepEqual(
				framesIn(bytes).map((it) => it.payload),
				[payload],
			);
		}
	});

	test(`${role}: write() returns the bytes of the payload`, (t) => {
		const endpoint = new Endpoint(role);
		for (const length of lengths) {
			t.is(endpoint.send(bufferOf(counting(length))), length);
			t.is(endpoint.send("x".repeat(length)), length);
		}
		t.is(endpoint.send("grüße 🙂\0"), 13);
		t.is(framesIn(endpoint.takeWritten()).at(-1)?.payload.toString(), "grüße 🙂\0");
	});

	test(`${role}: a window is used up by messages that fit its capacity`, (t) => {
		for (let window = 131; window < 1000; window += 7) {
			const endpoint = new Endpoint(role, { window });
			let fits = endpoint.open(window);
			const payloads: number[] = [];
			while (fits > 0) {
				const length = Math.min(fits, 1 + (payloads.length % 9));
				payloads.push(length);
				t.is(endpoint.send(new ArrayBuffer(length)), length);
				fits = endpoint.channel.writer.capacity;
				t.true(endpoint.windowLeft >= fits);
			}
			t.true(endpoint.windowLeft < 7, "and the window is used up");
			t.deepEqual(
				framesIn(endpoint.takeWritten()).map(({ payload }) => payload.length),
				payloads,
			);
		}
	});

	test(`${role}: with any window size the longest control frames are sent, and never inside a frame`, (t) => {
		for (let window = 1; window <= 300; window++) {
			const endpoint = new Endpoint(role, { window });
			const all: Buffer[] = [];
			const data = Math.min(125, endpoint.open(window));
			endpoint.send(bufferOf(counting(data)));
			endpoint.push(frame(opcodes.ping, "p".repeat(125), { mask: role === "server" }));
			endpoint.channel.close(1000, "r".repeat(123));
			for (let turn = 0; turn < 500; turn++) {
				all.push(endpoint.takeWritten());
				t.true((all.at(-1) as Buffer).length <= window);
				endpoint.open(window);
			}
			t.deepEqual(
				framesIn(Buffer.concat(all)).map(({ opcode, payload }) => [opcode, payload.length]),
				[
					[opcodes.binary, data],
					[opcodes.pong, 125],
					[opcodes.close, 125],
				],
			);
		}
	});

	test(`${role}: after several pings while the window is closed, only the newest is answered, before any data`, (t) => {
		const endpoint = new Endpoint(role, { window: 1000 });
		endpoint.open(0);
		for (const name of ["one", "two", "three"])
			endpoint.push(frame(opcodes.ping, name, { mask: role === "server" }));
		t.is(endpoint.takeWritten().length, 0);
		t.is(endpoint.send(new ArrayBuffer(0)), -1);
		t.is(endpoint.open(4), 0, "a window that the answer does not fit");
		t.true(endpoint.open(100) > 0);
		endpoint.send(new ArrayBuffer(3));
		t.deepEqual(
			framesIn(endpoint.takeWritten()).map(({ opcode, payload }) => [opcode, payload.toString()]),
			[
				[opcodes.pong, "three"],
				[opcodes.binary, "\0\0\0"],
			],
		);
	});

	test(`${role}: no data are sent inside a frame that is sent in pieces, or before a waiting pong, even if they fit`, (t) => {
		const data = new ArrayBuffer(5);
		const ping = frame(opcodes.ping, "p".repeat(100), { mask: role === "server" });
		for (const { window, before } of [
			{ window: 50, before: 0 },
			{ window: 1000, before: 1000 },
		]) {
			const endpoint = new Endpoint(role, { window: before });
			t.is(endpoint.open(window) > 0, true);
			endpoint.open(50);
			endpoint.push(ping);
			const all = [endpoint.takeWritten()];
			t.is(endpoint.send(data), -1);
			for (let turn = 0; turn < 3; turn++) {
				endpoint.open(window);
				all.push(endpoint.takeWritten());
			}
			endpoint.send(data);
			all.push(endpoint.takeWritten());
			t.deepEqual(
				framesIn(Buffer.concat(all)).map(({ opcode, payload }) => [opcode, payload.length]),
				[
					[opcodes.pong, 100],
					[opcodes.binary, 5],
				],
			);
		}
	});

	test(`${role}: a queue is sent with one write for as many messages as fit, and in pieces if the window is narrow`, (t) => {
		const messages = ["one", "two".repeat(30), "", "three", "four".repeat(20)];
		for (const window of [1, 2, 3, 7, 50, 127, 130, 131, 200, 1000]) {
			const queue = new SendQueue(1000);
			for (const message of messages) queue.push(message, message.length > 10);
			const endpoint = new Endpoint(role, { window });
			const { writer } = endpoint.channel;
			const all: Buffer[] = [];
			for (let turn = 0; turn < 500 && (queue.count || writer.isWaiting); turn++) {
				const { count } = queue;
				let sent = 0;
				for (let more = 1; queue.count && more; sent += more) more = writer.writeQueued(queue);
				t.is(queue.count, count - sent);
				all.push(endpoint.takeWritten());
				endpoint.open(window);
			}
			all.push(endpoint.takeWritten());
			t.deepEqual(
				framesIn(Buffer.concat(all)).map(({ fin, opcode, payload }) => [fin, opcode, payload.toString()]),
				messages.map((message) => [true, message.length > 10 ? opcodes.binary : opcodes.text, message]),
				`window ${window}`,
			);
		}
	});

	test(`${role}: a control frame that does not fit now is refused without side effects`, (t) => {
		const endpoint = new Endpoint(role, { window: 1000 });
		endpoint.open(100);
		t.false(endpoint.control(opcodes.ping, counting(125)));
		t.is(endpoint.takeWritten().length, 0);
		t.true(endpoint.control(opcodes.pong, counting(5)));
		t.deepEqual(framesOf(endpoint), [[opcodes.pong, "\0\x01\x02\x03\x04"]]);
	});
}

test("client: each frame has a new masking key, and keys are evenly distributed (section 5.3)", (t) => {
	const keys: Buffer[] = [];
	const endpoint = new Endpoint("client");
	for (let count = 0; count < 1000; count++) {
		endpoint.send(new ArrayBuffer(4));
		// A masked payload of zeros is the key.
		const bytes = endpoint.takeWritten();
		t.deepEqual(bytes.subarray(2, 6), bytes.subarray(6));
		keys.push(bytes.subarray(2, 6));
	}
	t.true(new Set(keys.map((key) => key.toString("hex"))).size > 990);
	for (let place = 0; place < 4; place++) {
		for (let bit = 0; bit < 8; bit++) {
			const set = keys.filter((key) => ((key[place] as number) >> bit) & 1).length;
			// Six standard deviations of 1000 fair coin flips.
			t.true(set > 405 && set < 595, `bit ${bit} of byte ${place} is set in ${set} of 1000 keys`);
		}
	}
});

test("nothing can be sent before the socket has a window", (t) => {
	for (const role of roles) t.is(new Endpoint(role, { window: 0 }).send(new ArrayBuffer(0)), -1);
});
