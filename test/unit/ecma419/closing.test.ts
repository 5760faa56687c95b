import test from "ava";
import { nextTurn, pass } from "../../support/clock.js";
import { closePayload, opcodes } from "../../support/frames.js";
import { framesIn, frameTo } from "../rfc6455/frames.js";
import { roles, User } from "./user.js";

const close = { opcode: opcodes.close };

for (const role of roles) {
	test(`${role}: after a close frame is written, messages arrive until the peer's close frame, then onClose is called`, (t) => {
		const user = User.open(role);
		user.write(closePayload(4000, "enough"), close);
		for (const data of [new ArrayBuffer(1), closePayload(1000)])
			for (const options of [{}, close, { opcode: opcodes.ping }])
				t.throws(() => user.write(data, options), { message: /not open/ });
		user.socket.receive(frameTo(role, opcodes.text, "still"));
		user.socket.receive(frameTo(role, opcodes.close, closePayload(4000)));
		const payload = closePayload(4000).toString("latin1");
		const calls = [
			["readable", 5, false, false],
			["control", opcodes.close, payload],
		];
		t.deepEqual(user.calls, calls);
		pass(100);
		t.deepEqual(user.calls, [...calls, ["close"]]);
		pass(5000);
		t.is(user.calls.length, 3);
		t.true(user.socket.isClosed);
		t.deepEqual(
			framesIn(user.socket.take()).map((frame) => [frame.opcode, frame.payload]),
			[[opcodes.close, closePayload(4000, "enough")]],
		);
	});

	test(`${role}: callbacks that throw, whatever it is, end the connection, and no exception leaves the socket`, (t) => {
		const thrown = Symbol("odd");
		let errors = 0;
		const user = User.open(role, {
			onReadable() {
				throw thrown;
			},
			onError({ message }) {
				errors++;
				t.is(message, "Symbol(odd)");
				throw thrown;
			},
		});
		user.socket.receive(frameTo(role, opcodes.text, "message"));
		t.true(user.socket.isClosed);
		t.is(errors, 1);
		pass(5000);
		t.is(errors, 1);
	});

	test(`${role}: a close frame that does not fit is sent as soon as the window allows`, (t) => {
		const user = User.open(role);
		user.socket.grant(3);
		user.calls.length = 0;
		t.is(user.write(closePayload(1000), close), 0);
		t.is(user.socket.take().length, 0);
		user.socket.grant(100);
		t.is(framesIn(user.socket.take())[0]?.opcode, opcodes.close);
		t.deepEqual(user.calls, []);
	});

	test(`${role}: the peer's close frame is answered, and onClose follows in a later turn`, (t) => {
		const user = User.open(role);
		user.socket.receive(frameTo(role, opcodes.close, closePayload(1001, "gone")));
		t.deepEqual(user.calls, [["control", opcodes.close, closePayload(1001, "gone").toString("latin1")]]);
		t.deepEqual(framesIn(user.socket.take())[0]?.payload, closePayload(1001, "gone"));
		pass(100);
		t.deepEqual(user.names, ["control", "close"]);
	});

	test(`${role}: unread bytes before a close frame are kept, and the closing handshake continues after they are read`, (t) => {
		const user = User.open(role);
		user.isSlow = true;
		user.socket.receive(
			Buffer.concat([
				frameTo(role, opcodes.text, "unread"),
				frameTo(role, opcodes.close, closePayload(1000)),
			]),
		);
		user.write(closePayload(1000), close);
		nextTurn();
		t.deepEqual(user.names, ["readable"]);
		t.is(user.read(), "unread");
		t.deepEqual(user.names, ["readable"]);
		nextTurn();
		pass(100);
		t.deepEqual(user.names, ["readable", "control", "close"]);
	});

	test(`${role}: a violation calls onError with the close code sent to the peer, then onClose`, (t) => {
		const user = User.open(role);
		user.socket.receive(frameTo(role, 3));
		t.is(user.calls.length, 1);
		t.is(user.calls[0]?.[0], "error");
		t.is(user.calls[0]?.[2], 1002);
		t.is(framesIn(user.socket.take())[0]?.payload.readUInt16BE(), 1002);
		pass(500);
		t.deepEqual(user.names, ["error", "close"]);
		t.true(user.socket.isClosed);
	});

	test(`${role}: a lost connection and an unanswered close frame call onError without a code`, (t) => {
		const lost = User.open(role);
		lost.socket.fail();
		t.deepEqual(lost.calls, [["error", "the connection was lost", undefined]]);
		const silent = User.open(role, { closeTimeout: 300 });
		silent.write(new ArrayBuffer(0), close);
		pass(299);
		t.deepEqual(silent.calls, []);
		pass(1);
		t.deepEqual(silent.calls, [["error", "the peer did not answer the close frame in time", undefined]]);
		for (const { socket } of [lost, silent]) t.true(socket.isClosed);
	});

	test(`${role}: close() ends the connection at once, without a close frame and without callbacks`, (t) => {
		const user = User.open(role);
		user.isSlow = true;
		user.socket.receive(frameTo(role, opcodes.text, "unread"));
		user.calls.length = 0;
		user.close();
		user.close();
		t.true(user.socket.isClosed);
		t.is(user.read(), undefined);
		t.throws(() => user.write(new ArrayBuffer(1)), { message: /not open/ });
		user.socket.receive(frameTo(role, opcodes.text, "late"));
		user.socket.grant(10);
		user.socket.fail();
		pass(5000);
		t.deepEqual(user.calls, []);
		t.is(user.socket.take().length, 0);
	});

	test(`${role}: after close() in a callback, no further callback is called, even if it throws then`, (t) => {
		const callbacks = ["onReadable", "onControl", "onWritable", "onError"] as const;
		for (const [index, callback] of [...callbacks, ...callbacks].entries()) {
			const user = User.open(role, {
				[callback](this: { close(): void }) {
					this.close();
					if (index >= callbacks.length) throw new Error(`thrown by ${callback}`);
				},
			});
			// onWritable has already closed the connection.
			const bytes = [frameTo(role, opcodes.ping), frameTo(role, opcodes.text, "1"), frameTo(role, 3)];
			for (const one of bytes) user.socket.receive(one);
			t.true(user.socket.isClosed, callback);
			const names = { onWritable: 0, onControl: 0, onReadable: 1, onError: 2 };
			t.is(user.calls.length, names[callback], callback);
			pass(5000);
			t.is(user.calls.length, names[callback], callback);
		}
	});
}
