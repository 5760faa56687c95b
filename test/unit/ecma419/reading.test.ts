import test from "ava";
import { nextTurn } from "../../support/clock.js";
import { opcodes } from "../../support/frames.js";
import { framesIn, frameTo } from "../rfc6455/frames.js";
import { roles, User } from "./user.js";

for (const role of roles) {
	test(`${role}: onReadable reports the number of bytes, whether more of the message follow, and its type`, (t) => {
		const user = User.open(role);
		const text = frameTo(role, opcodes.text, "grüße");
		const headerSize = role === "server" ? 6 : 2;
		user.socket.receive(text);
		user.socket.receive(text.subarray(0, headerSize + 3));
		user.socket.receive(text.subarray(headerSize + 3));
		user.socket.receive(frameTo(role, opcodes.binary, "one", { fin: false }));
		user.socket.receive(frameTo(role, opcodes.continuation, "", { fin: false }));
		user.socket.receive(frameTo(role, opcodes.continuation, "more"));
		user.socket.receive(frameTo(role, opcodes.binary));
		t.deepEqual(user.calls, [
			["readable", 7, false, false],
			["readable", 3, true, false],
			["readable", 4, false, false],
			["readable", 3, true, true],
			["readable", 4, false, true],
			["readable", 0, false, true],
		]);
		t.is(Buffer.concat(user.pieces).toString(), "grüßegrüßeonemore");
		t.is(user.read(), undefined);
	});

	test(`${role}: no further bytes are announced until all announced bytes have been read`, (t) => {
		const user = User.open(role);
		user.isSlow = true;
		user.socket.receive(
			Buffer.concat([frameTo(role, opcodes.binary, "one"), frameTo(role, opcodes.binary, "two")]),
		);
		const one = ["readable", 3, false, true];
		t.deepEqual(user.calls, [one]);
		user.socket.receive(frameTo(role, opcodes.ping));
		t.deepEqual(user.calls, [one]);
		t.is(user.read(2), "on");
		nextTurn();
		t.deepEqual(user.calls, [one]);
		t.is(user.read(100), "e");
		t.is(user.read(), undefined);
		t.deepEqual(user.calls, [one], "nothing is called inside read()");
		nextTurn();
		t.deepEqual(user.calls, [one, one]);
		t.is(user.read(), "two");
		nextTurn();
		t.deepEqual(user.calls, [one, one, ["control", opcodes.ping, ""]]);
		t.is(user.socket.readable, 0);
		t.is(user.read(), undefined);
		t.deepEqual(
			framesIn(user.socket.take()).map(({ opcode }) => opcode),
			[opcodes.pong],
		);
	});

	test(`${role}: a slow reader receives a long message completely, in pieces and in order`, (t) => {
		const user = User.open(role);
		user.isSlow = true;
		const payload = Buffer.from(Uint8Array.from({ length: 3000 }, (_, index) => index % 251));
		const bytes = frameTo(role, opcodes.binary, payload);
		for (let at = 0; at < bytes.length; at += 700) user.socket.receive(bytes.subarray(at, at + 700));
		const received: Buffer[] = [];
		for (let turn = 0; turn < 100; turn++) {
			const piece = user.read(turn % 300) as string | undefined;
			if (piece !== undefined) received.push(Buffer.from(piece, "latin1"));
			nextTurn();
		}
		t.deepEqual(Buffer.concat(received), payload);
		t.deepEqual(
			user.calls.map(([, , more]) => more),
			user.calls.map((_, index) => index < user.calls.length - 1),
		);
		t.true(user.calls.length > 1);
	});

	test(`${role}: read(buffer) fills a buffer with the available bytes`, (t) => {
		const user = User.open(role);
		user.isSlow = true;
		user.socket.receive(frameTo(role, opcodes.binary, "hello"));
		const buffer = new Uint8Array(3);
		t.is(user.read(buffer), 3);
		t.is(Buffer.from(buffer).toString(), "hel");
		const around = new Uint8Array(10);
		t.is(user.read(around.subarray(4, 5)), 1);
		t.is(user.read(new ArrayBuffer(3)), 1);
		t.is(Buffer.from(around).toString(), "\0\0\0\0l\0\0\0\0\0");
		t.is(user.read(buffer), undefined);
		t.is(user.read(1), undefined);
	});

	test(`${role}: text in pieces is checked, wherever it is split`, (t) => {
		const user = User.open(role);
		user.socket.receive(frameTo(role, opcodes.text, Buffer.from([0x78, 0xe2, 0x82]), { fin: false }));
		user.socket.receive(frameTo(role, opcodes.continuation, Buffer.from([0x41])));
		t.deepEqual(user.names, ["readable", "error"]);
		t.is(user.calls[1]?.[2], 1007);
	});

	test(`${role}: a message longer than maxMessageSize calls onError with 1009`, (t) => {
		const user = User.open(role, { maxMessageSize: 10 });
		user.socket.receive(frameTo(role, opcodes.binary, "0123456789"));
		user.socket.receive(frameTo(role, opcodes.binary, "0123456789a"));
		t.deepEqual(user.names, ["readable", "error"]);
		t.is(user.calls[1]?.[2], 1009);
	});
}
