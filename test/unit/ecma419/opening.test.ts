import "../../../sim/node/globals.js";
import test from "ava";
import WebSocketClient from "../../../modules/ecma419/websocketclient.js";
import { nextTurn, pass } from "../../support/clock.js";
import { frame, opcodes } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { User } from "./user.js";

test("client: the first onWritable means open and reports the window after the request", (t) => {
	const user = new User("client", { path: "/path", protocol: "chat" });
	user.socket.grant(1000);
	const request = user.socket.take().toString("latin1");
	t.true(request.startsWith("GET /path HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
	t.true(request.includes("\r\nSec-WebSocket-Protocol: chat\r\n"));
	t.throws(() => user.write(new ArrayBuffer(1)), { message: /not open/ });
	const response = acceptingResponse(acceptFor(request), "Sec-WebSocket-Protocol: chat\r\n");
	user.socket.receive(Buffer.concat([Buffer.from(response), frame(opcodes.text, "hi")]));
	t.deepEqual(user.calls, [
		["writable", 1000 - request.length - 8],
		["readable", 2, false, false],
	]);
	t.is(user.it.protocol, "chat");
});

test("client: a failed attempt calls onError without a code and releases the socket", (t) => {
	const user = new User("client");
	user.socket.fail();
	t.deepEqual(user.calls, [["error", "the connection was refused", undefined]]);
	t.true(user.socket.isClosed);
	user.close();
	nextTurn();
	t.is(user.calls.length, 1);
});

test("server: a socket is taken over with its unread bytes, whichever event is first", (t) => {
	const hello = frame(opcodes.text, "hello", { mask: true });
	const first = new User("server");
	first.socket.grant(500);
	first.socket.receive(hello);
	const second = new User("server");
	second.socket.receive(hello);
	second.socket.grant(500);
	t.deepEqual(first.calls, [
		["writable", 496],
		["readable", 5, false, false],
	]);
	t.deepEqual(second.calls, [
		["writable", 0],
		["readable", 5, false, false],
		["writable", 496],
	]);
	const waiting = new MemorySocket();
	waiting.put(hello);
	const third = new User("server", { attach: waiting });
	t.is(waiting.successor, third.socket);
	t.is(third.socket.readable, hello.length);
});

test("server: a socket that ends before the WebSocket is open calls onError", (t) => {
	const user = new User("server");
	user.socket.fail();
	t.deepEqual(user.calls, [["error", "the client disconnected right after the handshake", undefined]]);
	t.true(user.socket.isClosed);
});

test("onError that throws does not throw into the resolver of names", (t) => {
	let failed: () => void = () => t.fail("the name is not resolved");
	let errors = 0;
	class Resolver {
		resolve({ onError }: { onError(): void }): void {
			failed = onError;
		}
	}
	new WebSocketClient({
		host: "server.example",
		socket: { io: MemorySocket } as never,
		dns: { io: Resolver } as never,
		onError() {
			errors++;
			throw Symbol("odd");
		},
	});
	t.notThrows(() => failed());
	t.is(errors, 1);
});

test("close() before the WebSocket is open releases the socket, and no callback follows", (t) => {
	for (const role of ["client", "server"] as const) {
		const user = new User(role);
		user.close();
		user.close();
		t.true(user.socket.isClosed);
		pass(5000);
		t.deepEqual(user.calls, []);
	}
});

test("invalid options throw and leak no socket", (t) => {
	const { count } = MemorySocket;
	const socket = { io: MemorySocket } as never;
	for (const options of [
		{},
		{ host: "127.0.0.1" },
		{ socket },
		{ host: "server.example", socket },
		{ attach: new MemorySocket(), format: "number" as never },
		{ host: "127.0.0.1", socket, path: "no slash" },
		{ host: "http://127.0.0.1", socket },
		{ host: "127.0.0.1", socket, headers: [["Host", "other"]] as never },
	]) {
		const error = t.throws(() => new WebSocketClient(options));
		t.true(error instanceof TypeError || error instanceof RangeError, String(error));
	}
	// The one that was to be attached.
	t.is(MemorySocket.count, count + 1);
	t.is(MemorySocket.last.successor, undefined);
});

test("the pattern's constants, format and target; options are not changed and unknown ones ignored", (t) => {
	const { text, binary, close, ping, pong } = WebSocketClient;
	t.deepEqual([text, binary, close, ping, pong], [1, 2, 8, 9, 10]);
	const target = {};
	const options = Object.freeze({
		host: "127.0.0.1",
		socket: Object.freeze({ io: MemorySocket as never }),
		target,
		more: 1,
	});
	const it = new WebSocketClient(options);
	t.is(it.target, target);
	t.is(it.format, "buffer");
	t.is(it.protocol, "");
	it.close();
});

test("callbacks are called on the instance, and may be missing", (t) => {
	const attach = new MemorySocket();
	let self: unknown;
	const it = new WebSocketClient({
		attach,
		onWritable() {
			self = this;
		},
	});
	const { last } = MemorySocket;
	last.grant(100);
	t.is(self, it);
	const mute = new WebSocketClient({ attach: new MemorySocket() });
	const socket = MemorySocket.last;
	socket.grant(100);
	for (const bytes of [
		frame(opcodes.text, "text", { mask: true }),
		frame(opcodes.ping, "ping", { mask: true }),
	])
		socket.receive(bytes);
	t.is(Buffer.from(mute.read() as ArrayBuffer).toString(), "text");
	nextTurn();
	socket.receive(frame(3));
	t.true(socket.take().length > 0);
	pass(500);
	t.true(socket.isClosed);
});
