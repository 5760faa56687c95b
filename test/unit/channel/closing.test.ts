import test from "ava";
import { pass } from "../../support/clock.js";
import { closePayload, opcodes } from "../../support/frames.js";
import { Endpoint, everyWay } from "../rfc6455/endpoint.js";
import { closeCodeOf, framesIn, framesOf, frameTo } from "../rfc6455/frames.js";

const nothing = new ArrayBuffer(0);

for (const [role, mode] of everyWay) {
	for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999]) {
		test(`${role}, ${mode}: a close frame with ${code} and a reason is answered with the code and ends the connection`, (t) => {
			const endpoint = new Endpoint(role, { mode });
			const payload = closePayload(code, "grüße");
			endpoint.push(Buffer.concat([frameTo(role, opcodes.close, payload), frameTo(role, opcodes.text, "x")]));
			t.deepEqual(endpoint.happenings, [
				{ what: "control", opcode: opcodes.close, payload: payload.toString("latin1") },
				{ what: "closing" },
			]);
			t.is(closeCodeOf(endpoint), code);
			t.is(endpoint.send(new ArrayBuffer(1)), -1);
			endpoint.settle();
			t.is(endpoint.happenings.length, 3);
			t.deepEqual(endpoint.happenings[2], { what: "closed", code, reason: "grüße", failure: undefined });
		});
	}

	test(`${role}, ${mode}: an empty close frame is answered with an empty one`, (t) => {
		const endpoint = new Endpoint(role, { mode });
		endpoint.push(frameTo(role, opcodes.close));
		t.deepEqual(framesOf(endpoint), [[opcodes.close, ""]]);
		endpoint.settle();
		t.deepEqual(endpoint.happenings.at(-1), { what: "closed", code: 1005, reason: "", failure: undefined });
	});

	test(`${role}, ${mode}: after closeWith() messages arrive until the peer's close frame`, (t) => {
		const endpoint = new Endpoint(role, { mode });
		endpoint.push(frameTo(role, opcodes.text, "unfin", { fin: false }));
		endpoint.channel.closeWith(new Uint8Array(closePayload(1000)));
		t.deepEqual(endpoint.happenings, []);
		t.true(endpoint.channel.isClosing);
		endpoint.push(frameTo(role, opcodes.continuation, "ished"));
		endpoint.push(frameTo(role, opcodes.text, "still"));
		endpoint.push(frameTo(role, opcodes.ping, "there?"));
		endpoint.push(frameTo(role, opcodes.close, closePayload(1000)));
		endpoint.settle();
		t.deepEqual(
			endpoint.happenings.map(({ what }) => what),
			["message", "message", "control", "control", "closing", "closed"],
		);
		t.deepEqual(endpoint.messages, ["unfinished", "still"]);
		// RFC 6455 section 5.5.1: nothing follows the close frame, not even the answer to the ping.
		t.is(framesOf(endpoint).length, 1);
	});

	test(`${role}, ${mode}: after close() messages are dropped, but control frames are processed`, (t) => {
		const endpoint = new Endpoint(role, { mode });
		endpoint.push(frameTo(role, opcodes.text, "unfin", { fin: false }));
		endpoint.channel.close(1000, "");
		endpoint.push(frameTo(role, opcodes.continuation, "ished"));
		endpoint.push(frameTo(role, opcodes.text, "still"));
		endpoint.push(frameTo(role, opcodes.ping, "there?"));
		endpoint.push(frameTo(role, opcodes.close, closePayload(1000)));
		endpoint.settle();
		t.deepEqual(
			endpoint.happenings.map(({ what }) => what),
			["control", "control", "closing", "closed"],
		);
		t.is(framesOf(endpoint).length, 1);
	});

	test(`${role}, ${mode}: a close frame waits for the window and is the last frame sent`, (t) => {
		const endpoint = new Endpoint(role, { mode, window: 1000 });
		endpoint.open(3);
		endpoint.channel.close(1001, "enough");
		t.true(endpoint.channel.isClosing);
		t.is(endpoint.send(nothing), -1);
		t.false(endpoint.control(opcodes.ping, ""));
		endpoint.channel.ping();
		endpoint.channel.close(1000, "");
		t.is(endpoint.takeWritten().length, 0);
		t.is(endpoint.open(100), 0);
		endpoint.push(frameTo(role, opcodes.ping));
		const [close, ...more] = framesIn(endpoint.takeWritten());
		t.is(close?.opcode, opcodes.close);
		t.deepEqual(close?.payload, closePayload(1001, "enough"));
		t.deepEqual(more, []);
		endpoint.settle();
		t.is(endpoint.count("closed"), 0);
		endpoint.push(frameTo(role, opcodes.close, closePayload(1001)));
		endpoint.settle();
		t.is(endpoint.happenings.at(-1)?.what, "closed");
		t.is(endpoint.takeWritten().length, 0);
	});

	test(`${role}, ${mode}: close frames that cross are not answered`, (t) => {
		const endpoint = new Endpoint(role, { mode, window: 100 });
		endpoint.open(0);
		endpoint.channel.close(1000, "");
		endpoint.push(frameTo(role, opcodes.close, closePayload(1001)));
		endpoint.settle();
		t.is(endpoint.count("closed"), 0);
		endpoint.open(100);
		endpoint.settle();
		t.like(endpoint.happenings.at(-1), { what: "closed", code: 1001, failure: undefined });
		t.deepEqual(
			framesIn(endpoint.takeWritten()).map(({ payload }) => payload),
			[closePayload(1000)],
		);
	});

	test(`${role}, ${mode}: close() and send() never call the listener`, (t) => {
		const endpoint = new Endpoint(role, { mode });
		endpoint.push(frameTo(role, opcodes.close));
		const { length } = endpoint.happenings;
		endpoint.channel.close(1000, "");
		endpoint.send(nothing);
		endpoint.channel.ping();
		t.is(endpoint.happenings.length, length);
		endpoint.settle();
		t.is(endpoint.happenings.length, length + 1);
	});

	test(`${role}, ${mode}: a peer that does not answer the close frame ends the connection after closeTimeout`, (t) => {
		const endpoint = new Endpoint(role, { mode });
		endpoint.channel.close(1000, "");
		pass(1999);
		t.deepEqual(endpoint.happenings, []);
		pass(1);
		t.deepEqual(endpoint.happenings, [
			{
				what: "closed",
				code: 1006,
				reason: "",
				failure: "the peer did not answer the close frame in time",
			},
		]);
		t.true(endpoint.socket.isClosed);
	});

	test(`${role}, ${mode}: the end of the TCP connection is reported with its reason`, (t) => {
		const open = new Endpoint(role, { mode });
		open.socket.fail();
		t.like(open.happenings.at(-1), { what: "closed", code: 1006, failure: "the connection was lost" });
		const closing = new Endpoint(role, { mode });
		closing.channel.close(1000, "");
		closing.socket.fail();
		t.like(closing.happenings.at(-1), {
			what: "closed",
			code: 1006,
			failure: "the peer did not finish the closing handshake",
		});
		const closed = new Endpoint(role, { mode });
		closed.push(frameTo(role, opcodes.close, closePayload(1000, "done")));
		closed.socket.fail();
		t.like(closed.happenings.at(-1), { what: "closed", code: 1000, reason: "done", failure: undefined });
		for (const endpoint of [open, closing, closed]) {
			t.is(endpoint.count("closed"), 1);
			t.true(endpoint.socket.isClosed);
		}
	});

	test(`${role}, ${mode}: destroy() ends the connection without a close frame and without events`, (t) => {
		const endpoint = new Endpoint(role, { mode });
		endpoint.channel.destroy();
		endpoint.channel.destroy();
		t.true(endpoint.socket.isClosed);
		t.is(endpoint.send(new ArrayBuffer(1)), -1);
		endpoint.channel.close(1000, "");
		endpoint.push(frameTo(role, opcodes.text, "late"));
		endpoint.open(100);
		pass(5000);
		t.deepEqual(endpoint.happenings, []);
		t.is(endpoint.takeWritten().length, 0);
	});
}

test("client: waits for the server to end the TCP connection, but at most for closeTimeout", (t) => {
	const endpoint = new Endpoint("client");
	endpoint.push(frameTo("client", opcodes.close, closePayload(1000)));
	endpoint.settle();
	t.is(endpoint.count("closed"), 1);
	t.false(endpoint.socket.isClosed);
	pass(1999);
	t.false(endpoint.socket.isClosed);
	pass(1);
	t.true(endpoint.socket.isClosed);
	t.is(endpoint.count("closed"), 1);
});

test("server: ends the TCP connection once the closing handshake is complete", (t) => {
	const endpoint = new Endpoint("server");
	endpoint.push(frameTo("server", opcodes.close, closePayload(1000)));
	endpoint.settle();
	t.true(endpoint.socket.isClosed);
});
