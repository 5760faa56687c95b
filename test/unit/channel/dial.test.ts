import "../../../sim/node/globals.js";
import test from "ava";
import type { Channel } from "../../../modules/channel/contract.js";
import { type Dial, type DialListener, dial } from "../../../modules/channel/dial.js";
import type { Network, Resolver } from "../../../modules/channel/network.js";
import { Scratch } from "../../../modules/rfc6455/frame.js";
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
const settings = { maxMessageSize: 1000, strings: true, scratch: new Scratch(true), closeTimeout: 2000 };

/** Starts an attempt to connect to a host. Returns it with its events. */
function dialing(host: string): { it: Dial; events: unknown[][]; channel(): Channel } {
	const events: unknown[][] = [];
	let channel: Channel | undefined;
	const listener: DialListener = {
		onDialFailed: ({ reason }) => events.push(["failed", reason]),
		onOpen: (opened, protocol) => {
			channel = opened;
			events.push(["open", protocol]);
		},
		onMessage: (data) => events.push(["message", data]),
		onWindow: (capacity) => events.push(["window", capacity]),
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
	t.deepEqual(events, [["failed", 'the name "server.example" could not be resolved']]);
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
		t.true(channel().capacity > 0);
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
