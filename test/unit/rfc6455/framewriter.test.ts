import test from "ava";
import { closePayload, type Frame, frame, opcodes, takeFrame } from "../../support/frames.js";
import { Endpoint, type Role, roles } from "./endpoint.js";
import { counting } from "./vectors.js";

/** The frames in `octets`, which must be whole. */
function frames(octets: Buffer): Frame[] {
	const all: Frame[] = [];
	let rest = octets;
	for (let taken = takeFrame(rest); taken; taken = takeFrame(rest)) {
		all.push(taken.frame);
		rest = taken.rest;
	}
	if (rest.length > 0) throw new Error(`${rest.length} octets are no whole frame: ${rest.toString("hex")}`);
	return all;
}

function bufferOf(octets: Uint8Array): ArrayBuffer {
	return new Uint8Array(octets).buffer;
}

const lengths = [0, 1, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537];

for (const role of roles) {
	const masks = role === "client";

	for (const length of lengths) {
		test(`${role}: the header of a frame of ${length} octets is the shortest, and masked as the role asks`, (t) => {
			const endpoint = new Endpoint(role);
			const payload = counting(length);
			endpoint.write(bufferOf(payload));
			endpoint.write(bufferOf(payload), { binary: false });
			const octets = endpoint.takeWritten();
			const header = (length < 126 ? 2 : length < 65536 ? 4 : 10) + (masks ? 4 : 0);
			t.is(octets.length, 2 * (header + length));
			const [binary, text] = frames(octets);
			t.deepEqual(binary, { fin: true, opcode: opcodes.binary, masked: masks, payload });
			t.deepEqual(text, { fin: true, opcode: opcodes.text, masked: masks, payload });
		});
	}

	test(`${role}: the octets of a view are sent, and none around it`, (t) => {
		const endpoint = new Endpoint(role);
		const octets = counting(100);
		const around = bufferOf(octets);
		endpoint.write(new Uint8Array(around, 10, 20));
		endpoint.write(new DataView(around, 30, 5));
		endpoint.write(new Uint16Array(around, 40, 3));
		endpoint.write(new Uint8Array(around, 50, 0));
		t.deepEqual(
			frames(endpoint.takeWritten()).map(({ payload }) => payload),
			[octets.subarray(10, 30), octets.subarray(30, 35), octets.subarray(40, 46), octets.subarray(50, 50)],
		);
	});

	test(`${role}: the caller's octets stay as they are, unless they are given away`, (t) => {
		const endpoint = new Endpoint(role);
		const octets = counting(100);
		const kept = new Uint8Array(octets);
		endpoint.write(kept);
		endpoint.write(kept, { more: true });
		endpoint.write(kept.buffer, { opcode: opcodes.ping });
		t.deepEqual(Buffer.from(kept), octets);
		endpoint.write(new Uint8Array(octets), { transfer: true });
		for (const { payload } of frames(endpoint.takeWritten())) t.deepEqual(payload, octets);
	});

	test(`${role}: octets given to a connection that has failed stay as they are, for the next one`, (t) => {
		for (const window of [10, 1000]) {
			const endpoint = new Endpoint(role, { window });
			endpoint.break();
			const octets = counting(100);
			const given = new Uint8Array(octets);
			t.throws(() => endpoint.write(given, { transfer: true }), { message: "not ready" });
			t.deepEqual(Buffer.from(given), octets);
		}
	});

	test(`${role}: what a failed connection still holds is read, answers to it or not`, (t) => {
		for (const window of [10, 1000]) {
			const endpoint = new Endpoint(role, { window });
			const mask = role === "server";
			endpoint.break();
			t.throws(() => endpoint.write(new ArrayBuffer(20)), { message: "not ready" });
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

	test(`${role}: a message in parts is continued until its last part`, (t) => {
		const endpoint = new Endpoint(role);
		const part = bufferOf(Buffer.from("x"));
		endpoint.write(part, { binary: false, more: true });
		endpoint.write(part, { more: true });
		endpoint.write(bufferOf(Buffer.from("p")), { opcode: opcodes.ping });
		endpoint.write(part, { more: true });
		endpoint.write(new ArrayBuffer(0));
		endpoint.write(part, { binary: false });
		t.deepEqual(
			frames(endpoint.takeWritten()).map(({ fin, opcode }) => [fin, opcode]),
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

	test(`${role}: in every window, what is said to fit does, and one octet more does not`, (t) => {
		const windows = [...Array(300).keys()];
		for (let near = -20; near <= 20; near++) windows.push(65536 + near);
		windows.push(1436, 8192, 70000, 2 ** 17);
		for (const window of windows) {
			const endpoint = new Endpoint(role, { window });
			const fits = endpoint.open(window);
			// A window of 130 octets takes 126 of a server's in one frame, and 125 in pieces as a narrower one does.
			const tooMany = new ArrayBuffer(window === 130 ? fits + 2 : fits + 1);
			t.throws(() => endpoint.write(tooMany), { instanceOf: RangeError }, `window ${window}`);
			t.is(endpoint.windowLeft, window);
			if (fits === 0) {
				t.is(window, 0);
				continue;
			}
			const payload = counting(fits);
			const next = endpoint.write(bufferOf(payload));
			t.true(next >= 0 && next <= fits);
			let octets = endpoint.takeWritten();
			t.true(octets.length <= window);
			// A frame too long for a window this narrow comes in pieces.
			while (takeFrame(octets) === undefined) {
				endpoint.open(window);
				octets = Buffer.concat([octets, endpoint.takeWritten()]);
			}
			t.deepEqual(
				frames(octets).map((it) => it.payload),
				[payload],
			);
		}
	});

	test(`${role}: what write() returns is what the next write() takes`, (t) => {
		for (let window = 131; window < 1000; window += 7) {
			const endpoint = new Endpoint(role, { window });
			let fits = endpoint.open(window);
			const payloads: number[] = [];
			while (fits > 0) {
				const length = Math.min(fits, 1 + (payloads.length % 9));
				payloads.push(length);
				fits = endpoint.write(new ArrayBuffer(length));
				t.true(endpoint.windowLeft >= fits);
			}
			t.true(endpoint.windowLeft < 7, "and the window is used up");
			t.deepEqual(
				frames(endpoint.takeWritten()).map(({ payload }) => payload.length),
				payloads,
			);
		}
	});

	test(`${role}: in windows of any size the longest control frames get out, and between frames`, (t) => {
		for (let window = 1; window <= 300; window++) {
			const endpoint = new Endpoint(role, { window });
			const all: Buffer[] = [];
			const data = Math.min(125, endpoint.open(window));
			endpoint.write(bufferOf(counting(data)));
			endpoint.push(frame(opcodes.ping, "p".repeat(125), { mask: role === "server" }));
			endpoint.write(closePayload(1000, "r".repeat(123)), { opcode: opcodes.close });
			for (let turn = 0; turn < 500; turn++) {
				all.push(endpoint.takeWritten());
				t.true((all.at(-1) as Buffer).length <= window);
				endpoint.open(window);
			}
			t.deepEqual(
				frames(Buffer.concat(all)).map(({ opcode, payload }) => [opcode, payload.length]),
				[
					[opcodes.binary, data],
					[opcodes.pong, 125],
					[opcodes.close, 125],
				],
			);
		}
	});

	test(`${role}: of the pings that come while the window is shut, the newest is answered, before any data`, (t) => {
		const endpoint = new Endpoint(role, { window: 1000 });
		endpoint.open(0);
		for (const name of ["one", "two", "three"])
			endpoint.push(frame(opcodes.ping, name, { mask: role === "server" }));
		t.is(endpoint.takeWritten().length, 0);
		t.throws(() => endpoint.write(new ArrayBuffer(0)), { instanceOf: RangeError });
		t.is(endpoint.open(4), 0, "a window that the answer does not fit");
		t.true(endpoint.open(100) > 0);
		endpoint.write(new ArrayBuffer(3));
		t.deepEqual(
			frames(endpoint.takeWritten()).map(({ opcode, payload }) => [opcode, payload.toString()]),
			[
				[opcodes.pong, "three"],
				[opcodes.binary, "\0\0\0"],
			],
		);
	});

	test(`${role}: a close frame waits for the window, and is the last that is sent`, (t) => {
		const endpoint = new Endpoint(role, { window: 1000 });
		endpoint.open(3);
		endpoint.write(closePayload(1001, "enough"), { opcode: opcodes.close });
		t.deepEqual(endpoint.happenings, [{ what: "closing" }]);
		t.throws(() => endpoint.write(new ArrayBuffer(0)), { message: /not open/ });
		t.throws(() => endpoint.write(new ArrayBuffer(0), { opcode: opcodes.ping }), { message: /not open/ });
		t.throws(() => endpoint.write(closePayload(1000), { opcode: opcodes.close }), { message: /not open/ });
		t.is(endpoint.takeWritten().length, 0);
		t.is(endpoint.open(100), 0);
		endpoint.push(frame(opcodes.ping, "", { mask: role === "server" }));
		const [close, ...more] = frames(endpoint.takeWritten());
		t.is(close?.opcode, opcodes.close);
		t.deepEqual(close?.payload, closePayload(1001, "enough"));
		t.deepEqual(more, []);
		t.is(endpoint.happenings.filter(({ what }) => what === "closed").length, 0);
		endpoint.push(frame(opcodes.close, closePayload(1001), { mask: role === "server" }));
		t.deepEqual(endpoint.happenings.at(-1), { what: "closed" });
		t.is(endpoint.takeWritten().length, 0);
	});

	test(`${role}: no data comes between the parts of a frame, or before a pong that waits, although it would fit`, (t) => {
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
			t.throws(() => endpoint.write(data), { instanceOf: RangeError });
			t.is(endpoint.writeData(data, 5, true, false, true), -1);
			for (let turn = 0; turn < 3; turn++) {
				endpoint.open(window);
				all.push(endpoint.takeWritten());
			}
			endpoint.write(data);
			all.push(endpoint.takeWritten());
			t.deepEqual(
				frames(Buffer.concat(all)).map(({ opcode, payload }) => [opcode, payload.length]),
				[
					[opcodes.pong, 100],
					[opcodes.binary, 5],
				],
			);
		}
	});

	test(`${role}: closes that cross are answered by none`, (t) => {
		const endpoint = new Endpoint(role, { window: 100 });
		endpoint.open(0);
		endpoint.write(closePayload(1000), { opcode: opcodes.close });
		endpoint.push(frame(opcodes.close, closePayload(1001), { mask: role === "server" }));
		t.is(endpoint.happenings.filter(({ what }) => what === "closed").length, 0);
		endpoint.open(100);
		t.is(endpoint.happenings.at(-1)?.what, "closed");
		t.deepEqual(
			frames(endpoint.takeWritten()).map(({ payload }) => payload),
			[closePayload(1000)],
		);
	});

	test(`${role}: a control frame of more than 125 octets, or one that does not fit now, is refused`, (t) => {
		const endpoint = new Endpoint(role, { window: 1000 });
		t.throws(() => endpoint.write(new ArrayBuffer(126), { opcode: opcodes.ping }), {
			instanceOf: RangeError,
		});
		endpoint.open(100);
		t.throws(() => endpoint.write(new ArrayBuffer(125), { opcode: opcodes.ping }), {
			instanceOf: RangeError,
		});
		t.is(endpoint.takeWritten().length, 0);
		endpoint.write(new ArrayBuffer(5), { opcode: opcodes.pong });
		t.is(frames(endpoint.takeWritten())[0]?.opcode, opcodes.pong);
	});
}

test("client: each frame has a key of its own, and keys are spread over all values (section 5.3)", (t) => {
	const keys: Buffer[] = [];
	const endpoint = new Endpoint("client");
	for (let count = 0; count < 1000; count++) {
		endpoint.write(new ArrayBuffer(4));
		// The key of a payload of zeros can be read off it.
		const octets = endpoint.takeWritten();
		t.deepEqual(octets.subarray(2, 6), octets.subarray(6));
		keys.push(octets.subarray(2, 6));
	}
	t.true(new Set(keys.map((key) => key.toString("hex"))).size > 990);
	for (let place = 0; place < 4; place++) {
		for (let bit = 0; bit < 8; bit++) {
			const set = keys.filter((key) => ((key[place] as number) >> bit) & 1).length;
			// Six standard deviations of 1000 fair throws.
			t.true(set > 405 && set < 595, `bit ${bit} of octet ${place} is set in ${set} of 1000 keys`);
		}
	}
});

test("nothing can be written before the window is told", (t) => {
	class Silent extends Endpoint {
		override open(): number {
			return 0;
		}
	}
	for (const role of ["client", "server"] as Role[])
		t.throws(() => new Silent(role).write(new ArrayBuffer(0)), { instanceOf: RangeError });
});
