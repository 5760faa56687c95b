import test from "ava";
import { closePayload, opcodes } from "../../support/frames.js";
import { framesIn, frameTo } from "../rfc6455/frames.js";
import { roles, User } from "./user.js";

for (const role of roles) {
	const overhead = role === "client" ? 6 : 2;

	test(`${role}: write() sends binary by default, in parts with more, and returns the remaining capacity`, (t) => {
		const user = User.open(role, { window: 100 });
		t.true(user.write(Uint8Array.of(1)) <= 100 - overhead - 1);
		user.write(new ArrayBuffer(2), { binary: false });
		user.write(new DataView(new ArrayBuffer(8), 2, 3), { more: true });
		user.write(new Uint16Array(2), { more: true });
		const capacity = user.write(new ArrayBuffer(0));
		t.true(capacity > 0);
		t.notThrows(() => user.write(new ArrayBuffer(capacity)));
		t.deepEqual(
			framesIn(user.socket.take()).map(({ fin, opcode, payload }) => [fin, opcode, payload.length]),
			[
				[true, opcodes.binary, 1],
				[true, opcodes.text, 2],
				[false, opcodes.binary, 3],
				[false, opcodes.continuation, 4],
				[true, opcodes.continuation, 0],
				[true, opcodes.binary, capacity],
			],
		);
		t.deepEqual(user.calls, []);
	});

	test(`${role}: onWritable reports the capacity after the window has changed`, (t) => {
		const user = User.open(role, { window: 100 });
		user.socket.grant(50);
		t.deepEqual(user.calls, [["writable", 50 - overhead]]);
		t.throws(() => user.write(new ArrayBuffer(51 - overhead)), { instanceOf: RangeError });
		user.write(new ArrayBuffer(50 - overhead));
	});

	test(`${role}: the caller's bytes are not changed, unless they are transferred`, (t) => {
		const user = User.open(role);
		const bytes = Buffer.from("caller's");
		const kept = new Uint8Array(bytes);
		user.write(kept);
		user.write(kept, { opcode: opcodes.ping });
		t.deepEqual(Buffer.from(kept), bytes);
		user.write(new Uint8Array(bytes), { transfer: true });
		for (const { payload } of framesIn(user.socket.take())) t.deepEqual(payload, bytes);
	});

	test(`${role}: write() of data that do not fit throws a RangeError with both sizes, without side effects`, (t) => {
		const user = User.open(role, { window: 1000 });
		user.socket.grant(10);
		t.throws(() => user.write(new ArrayBuffer(11)), {
			instanceOf: RangeError,
			message: `11 bytes do not fit; ${10 - overhead} can be written now`,
		});
		t.throws(() => user.write(new ArrayBuffer(11), { more: true }), { instanceOf: RangeError });
		t.throws(() => user.write(new ArrayBuffer(9), { opcode: opcodes.ping }), { instanceOf: RangeError });
		t.is(user.socket.take().length, 0);
		user.write(new ArrayBuffer(1));
		t.deepEqual(
			framesIn(user.socket.take()).map(({ fin, opcode }) => [fin, opcode]),
			[[true, opcodes.binary]],
		);
	});

	test(`${role}: write() of anything but bytes throws a TypeError`, (t) => {
		const user = User.open(role);
		for (const data of [undefined, null, "text", 1, {}, []])
			t.throws(() => user.write(data), { instanceOf: TypeError, message: /takes an ArrayBuffer or a view/ });
		t.is(user.socket.take().length, 0);
	});

	test(`${role}: a control frame has at most 125 bytes, and a close frame a valid payload`, (t) => {
		const user = User.open(role);
		for (const opcode of [opcodes.ping, opcodes.pong, opcodes.close])
			t.throws(() => user.write(new ArrayBuffer(126), { opcode }), {
				instanceOf: RangeError,
				message: /at most 125 bytes, not 126/,
			});
		for (const payload of [
			Buffer.of(3),
			...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000].map((code) => closePayload(code)),
			Buffer.concat([closePayload(1000), Buffer.of(0xff)]),
		])
			t.throws(() => user.write(payload, { opcode: opcodes.close }), { instanceOf: RangeError });
		t.is(user.socket.take().length, 0);
		user.write(Buffer.alloc(125, 1), { opcode: opcodes.ping });
		user.write(new ArrayBuffer(0), { opcode: opcodes.pong });
		t.deepEqual(
			framesIn(user.socket.take()).map(({ opcode, payload }) => [opcode, payload.length]),
			[
				[opcodes.ping, 125],
				[opcodes.pong, 0],
			],
		);
	});

	test(`${role}: a write to a connection that has failed throws, and its onError follows`, (t) => {
		for (const window of [10, 1000]) {
			const user = User.open(role, { window });
			user.socket.isBroken = true;
			const bytes = Buffer.from("kept");
			t.throws(() => user.write(bytes, { transfer: true }));
			t.is(bytes.toString(), "kept");
			t.throws(() => user.write(new ArrayBuffer(0)));
			// Data that have arrived before can still be read.
			user.socket.receive(Buffer.concat([frameTo(role, opcodes.ping), frameTo(role, opcodes.text, "last")]));
			user.socket.fail();
			t.deepEqual(user.calls, [
				["control", opcodes.ping, ""],
				["readable", 4, false, false],
				["error", "the connection was lost", undefined],
			]);
			t.throws(() => user.write(bytes), { message: /not open/ });
		}
	});
}
