import "../../../sim/node/globals.js";
import test from "ava";
import type { Channel } from "../../../modules/channel/contract.js";
import { type Dial, type DialListener, dial } from "../../../modules/channel/dial.js";
import type { Network, Resolver } from "../../../modules/channel/network.js";
import { traces } from "../../../sim/node/globals.js";
import { frame, opcodes } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";

type Request = Parameters<Resolver["resolve"]>[0];

/** A resolver whose answers the test triggers. */
class FakeResolver implements Resolver {
	static last: FakeResolver;
	request: Request | undefined;
	isClosed = false;

	constructor() {
		FakeResolver.last = this;
	}

	resolve(request: Request): void {
		this.request = request;
	}

	close(): void {
		this.isClosed = true;
	}
}

const network = { dns: { io: FakeResolver }, socket: { io: MemorySocket } } as unknown as Network;
const settings = { maxMessageSize: 1000, strings: true, word: new Uint8Array(2), closeTimeout: 2000 };

/** Starts an attempt to connect to a host. Returns it with its events. */
function dialing(host: string): { it: Dial; events: unknown[][]; channel(): Channel } {
	const events: unknown[][] = [];
	let channel: Channel | undefined;
	const listener: DialListener = {
		onDialFailed: (failure) => events.push(["failed", failure.reason, failure]),
		onOpen: (opened, protocol) => {
			channel = opened;
			events.push(["open", protocol]);
		},
		onMessage: (data) => events.push(["message", data]),
		onWindow: () => events.push(["window"]),
		onClose: (code, _, failure) => events.push(["close", code, failure]),
		onActivity: () => {},
		onClosing: () => {},
		onFault: () => {},
		mayBuffer: () => true,
	};
	const it = dial({ host, port: 8080 }, network, settings, listener);
	return { it, events, channel: () => channel as Channel };
}

test("a host name is resolved and its address is used to connect", (t) => {
	const { count } = MemorySocket;
	const { it } = dialing("server.example");
	const resolver = FakeResolver.last;
	t.is(resolver.request?.host, "server.example");
	t.is(MemorySocket.count, count);
	resolver.request?.onResolved("server.example", "192.0.2.1");
	t.is(MemorySocket.count, count + 1);
	t.like(MemorySocket.last.options, { address: "192.0.2.1", port: 8080 });
	it.destroy();
	t.true(MemorySocket.last.isClosed);
	t.true(resolver.isClosed);
});

test("the resolver is asked without the final dot of a name, and the request has it", (t) => {
	const { it } = dialing("server.example.");
	const { request } = FakeResolver.last;
	t.is(request?.host, "server.example");
	request?.onResolved("server.example", "192.0.2.1");
	MemorySocket.last.grant(1000);
	t.regex(MemorySocket.last.take().toString("latin1"), /\r\nHost: server\.example\.:8080\r\n/);
	it.destroy();
});

test("destroy() ends the DNS lookup; a later answer is ignored", (t) => {
	const { count } = MemorySocket;
	const { it, events } = dialing("server.example");
	const resolver = FakeResolver.last;
	it.destroy();
	t.true(resolver.isClosed);
	resolver.request?.onResolved("server.example", "192.0.2.1");
	resolver.request?.onError();
	t.is(MemorySocket.count, count);
	t.deepEqual(events, []);
});

test("a name that cannot be resolved fails, and the resolver is closed", (t) => {
	const { count } = MemorySocket;
	const { events } = dialing("server.example");
	FakeResolver.last.request?.onError();
	const reason = 'the name "server.example" could not be resolved';
	t.deepEqual(events, [["failed", reason, { reason }]]);
	t.true(FakeResolver.last.isClosed);
	t.is(MemorySocket.count, count);
});

test("an address needs no DNS; a network that lacks a class is a TypeError", (t) => {
	const resolver = FakeResolver.last;
	const { it } = dialing("192.0.2.9");
	t.is(FakeResolver.last, resolver);
	t.is(MemorySocket.last.options.address, "192.0.2.9");
	it.destroy();
	const { count } = MemorySocket;
	for (const [host, lacking] of [
		["server.example", { socket: network.socket }],
		["192.0.2.9", { dns: network.dns }],
	] as const)
		t.throws(() => dial({ host, port: 80 }, lacking as Network, settings, {} as DialListener), {
			instanceOf: TypeError,
			message: /network has no (dns|socket)/,
		});
	t.is(MemorySocket.count, count);
});

test("with any window size the request is sent, and the channel receives the bytes after the response", (t) => {
	for (const window of [1, 7, 100, 1000]) {
		const { events, channel } = dialing("127.0.0.1");
		const socket = MemorySocket.last;
		let request = "";
		while (!request.endsWith("\r\n\r\n")) {
			socket.grant(window);
			request += socket.take().toString("latin1");
		}
		t.true(request.startsWith("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
		socket.grant(window);
		const response = Buffer.from(acceptingResponse(acceptFor(request)), "latin1");
		const bytes = Buffer.concat([response, frame(opcodes.text, "hello")]);
		socket.receive(bytes.subarray(0, 50));
		t.deepEqual(events, []);
		socket.receive(bytes.subarray(50));
		t.deepEqual(events, [
			["open", ""],
			["message", "hello"],
		]);
		t.true(channel().writer.capacity > 0);
		channel().destroy();
		t.true(socket.isClosed);
	}
});

test("a failed attempt reports the reason once and releases its socket", (t) => {
	const fails: [reason: RegExp, act: (socket: MemorySocket) => void][] = [
		[/^the connection was refused$/, (socket) => socket.fail()],
		[
			/^the server ended the connection during the handshake$/,
			(socket) => {
				socket.grant(1000);
				socket.fail();
			},
		],
		[
			/^the server answered "503 Busy" instead of 101/,
			(socket) => {
				socket.grant(1000);
				socket.receive("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
			},
		],
		[
			/not ready/,
			(socket) => {
				socket.isBroken = true;
				socket.grant(1000);
			},
		],
	];
	for (const [reason, act] of fails) {
		const { events } = dialing("127.0.0.1");
		const socket = MemorySocket.last;
		act(socket);
		t.is(events.length, 1);
		t.is(events[0]?.[0], "failed");
		t.regex(String(events[0]?.[1]), reason);
		t.true(socket.isClosed);
	}
});

test("a refusal is reported with its status and the header fields that are kept", (t) => {
	const { events } = dialing("127.0.0.1");
	const socket = MemorySocket.last;
	socket.grant(1000);
	socket.receive("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nServer: x\r\n");
	t.deepEqual(events, [], "the head is not complete");
	socket.receive("www-authenticate: Bearer\r\nRetry-After:  7 \r\nLocation: /login\r\nUpgrade: h2c\r\n\r\n");
	const reason = 'the server answered "401 Unauthorized" instead of 101';
	const headers = { "www-authenticate": "Basic, Bearer", "retry-after": "7", location: "/login" };
	t.deepEqual(events, [["failed", reason, { reason, status: 401, headers, permanent: undefined }]]);
	t.true(socket.isClosed);
});

test("whatever follows the status line of a refusal, it is reported as the refusal", (t) => {
	for (const rest of ["no colon\r\n", "Date: \x01", `X: ${"x".repeat(4100)}`, " folded", undefined]) {
		const { events } = dialing("127.0.0.1");
		const socket = MemorySocket.last;
		socket.grant(1000);
		socket.receive("HTTP/1.1 403 No\r\n");
		if (rest === undefined) socket.fail();
		else socket.receive(rest);
		t.is(events.length, 1, rest);
		t.like(events[0]?.[2], { reason: 'the server answered "403 No" instead of 101', status: 403 }, rest);
	}
});

test("the refusal is known before the rest of its head arrives", (t) => {
	const { it } = dialing("127.0.0.1");
	const socket = MemorySocket.last;
	socket.grant(1000);
	t.is(it.refusal, undefined);
	socket.receive("HTTP/1.1 503 Busy\r\nRetry-After: 5\r\n");
	socket.receive("X");
	t.like(it.refusal, { status: 503, headers: { "retry-after": "5" } });
	it.destroy();
});

test("a redirect is refused, and its target named", (t) => {
	for (const status of [301, 302, 307, 308]) {
		const { events } = dialing("127.0.0.1");
		const socket = MemorySocket.last;
		socket.grant(1000);
		socket.receive(`HTTP/1.1 ${status} Moved\r\nLocation: ws://other.example/\r\n\r\n`);
		t.is(
			events[0]?.[1],
			`the server answered "${status} Moved" instead of 101; it redirects to "ws://other.example/", which is not followed`,
		);
	}
});

test("a subprotocol or an extension that was not offered is permanent, a wrong accept is not", (t) => {
	for (const [field, permanent] of [
		["Sec-WebSocket-Protocol: chat\r\n", true],
		["Sec-WebSocket-Extensions: x\r\n", true],
		["Sec-WebSocket-Accept: wrong\r\n", undefined],
	] as const) {
		const { events } = dialing("127.0.0.1");
		const socket = MemorySocket.last;
		socket.grant(1000);
		socket.receive(acceptingResponse(acceptFor(socket.take().toString("latin1")), field));
		t.like(events[0]?.[2], { permanent }, field);
	}
});

test("an exception of the listener is traced and ends the connection", (t) => {
	const listener = {
		onOpen: () => {
			throw new RangeError("thrown by onOpen");
		},
		onClose: (...values: unknown[]) => events.push(values),
	} as unknown as DialListener;
	const events: unknown[][] = [];
	dial({ host: "127.0.0.1", port: 80 }, network, settings, listener);
	const socket = MemorySocket.last;
	socket.grant(1000);
	socket.receive(acceptingResponse(acceptFor(socket.take().toString("latin1"))));
	t.deepEqual(events, [[1006, "", "RangeError: thrown by onOpen"]]);
	t.true(traces.some((text) => text.includes("thrown by onOpen")));
	t.true(socket.isClosed);
});

test("the first answer of a resolver counts; later ones, in any number, change nothing", (t) => {
	for (const isOpen of [false, true]) {
		const { count } = MemorySocket;
		const { it, events, channel } = dialing("server.example");
		const { request } = FakeResolver.last;
		request?.onResolved("server.example", "192.0.2.1");
		t.true(FakeResolver.last.isClosed, "it has nothing more to do");
		const socket = MemorySocket.last;
		if (isOpen) {
			socket.grant(1000);
			socket.receive(acceptingResponse(acceptFor(socket.take().toString("latin1"))));
		}
		const before = events.length;
		request?.onResolved("server.example", "192.0.2.2");
		request?.onError();
		t.is(MemorySocket.count, count + 1);
		t.false(socket.isClosed);
		t.is(events.length, before);
		if (isOpen) channel().destroy();
		else it.destroy();
		t.true(socket.isClosed);
	}
});

test("an exception without a text is a failed attempt, too", (t) => {
	const { events } = dialing("127.0.0.1");
	const socket = MemorySocket.last;
	socket.write = () => {
		throw Object.create(null);
	};
	socket.grant(1000);
	const reason = "an exception without a text";
	t.deepEqual(events, [["failed", reason, { reason }]]);
	t.true(socket.isClosed);
});
