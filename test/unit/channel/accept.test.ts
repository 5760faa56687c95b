import "../../../sim/node/globals.js";
import test from "ava";
import { type Acceptance, type AcceptListener, accept } from "../../../modules/channel/accept.js";
import type { Channel, ChannelListener } from "../../../modules/channel/contract.js";
import { makePages } from "../../../modules/pages/pages.js";
import type { ServerHandshakeOptions } from "../../../modules/rfc6455/serverhandshake.js";
import { pass } from "../../support/clock.js";
import { frame, opcodes } from "../../support/frames.js";
import { upgradeRequest } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";

const settings = { maxMessageSize: 1000, strings: true, word: new Uint8Array(2), closeTimeout: 2000 };

const request = upgradeRequest("/path?query", "Sec-WebSocket-Protocol: chat\r\n");

/** Starts the server's handshake on a socket in memory. Returns it with its events. */
function accepting(timeout = 0): { it: Acceptance; socket: MemorySocket; events: unknown[][] } {
	const events: unknown[][] = [];
	let channel: Channel | undefined;
	const channelListener = {
		onOpen(opened, protocol) {
			channel = opened;
			events.push(["open", protocol]);
		},
		onMessage: (data) => events.push(["message", data ?? channel?.takeMessage()]),
		onActivity: () => {},
		mayBuffer: () => true,
	} as Partial<ChannelListener> as ChannelListener;
	const listener: AcceptListener = {
		onAccepted(acceptance) {
			events.push(["accepted", acceptance.path, acceptance.remoteAddress]);
			return channelListener;
		},
		onAcceptFailed: () => events.push(["failed"]),
	};
	const from = new MemorySocket({ remoteAddress: "192.0.2.1" });
	const it = accept(from as never, { protocols: ["chat"] }, timeout, settings, listener);
	return { it, socket: MemorySocket.last, events };
}

function statusOf(socket: MemorySocket): number {
	return Number(/^HTTP\/1\.1 (\d{3}) /.exec(socket.take().toString("latin1"))?.[1]);
}

test("a request split at any byte opens a channel, which receives the bytes after the request", (t) => {
	const bytes = Buffer.concat([Buffer.from(request), frame(opcodes.text, "hello", { mask: true })]);
	for (let cut = 1; cut < bytes.length; cut += 3) {
		const { it, socket, events } = accepting();
		socket.grant(1000);
		socket.receive(bytes.subarray(0, cut));
		t.is(it.isAnswered, cut >= request.length);
		socket.receive(bytes.subarray(cut));
		t.deepEqual(events, [
			["accepted", "/path?query", "192.0.2.1"],
			["open", "chat"],
			["message", "hello"],
		]);
		t.is(statusOf(socket), 101);
		t.is(socket.readable, 0);
		t.true(it.isGranted);
	}
});

test("with any window size the response is sent before the channel opens", (t) => {
	for (const window of [1, 7, 100]) {
		const { socket, events } = accepting();
		socket.receive(request);
		let response = "";
		while (!events.length) {
			socket.grant(window);
			response += socket.take().toString("latin1");
		}
		t.regex(response, /^HTTP\/1\.1 101 [\s\S]*\r\n\r\n$/);
		t.is(events.length, 2);
	}
});

test("a refused client has 500 ms to read the response; bytes that it still sends are dropped", (t) => {
	const { it, socket, events } = accepting();
	socket.grant(1000);
	socket.receive(request.replace("GET", "POST"));
	t.is(statusOf(socket), 405);
	t.true(it.isAnswered);
	t.false(it.isGranted);
	socket.receive("more");
	t.is(socket.readable, 0);
	pass(499);
	t.deepEqual(events, []);
	pass(1);
	t.deepEqual(events, [["failed"]]);
	t.true(socket.isClosed);
});

test("a refused client that disconnects is released at once", (t) => {
	const { socket, events } = accepting();
	socket.grant(1000);
	socket.receive("nonsense\r\n\r\n");
	socket.fail();
	t.deepEqual(events, [["failed"]]);
	t.true(socket.isClosed);
	pass(1000);
	t.is(events.length, 1);
});

test("a handshake that takes too long is answered with 408", (t) => {
	const { socket, events } = accepting(5000);
	socket.grant(1000);
	socket.receive(request.slice(0, 40));
	pass(4999);
	t.is(socket.take().length, 0);
	pass(1);
	t.is(statusOf(socket), 408);
	pass(500);
	t.deepEqual(events, [["failed"]]);
});

test("destroy() ends the handshake without further events", (t) => {
	const { it, socket, events } = accepting(5000);
	socket.grant(1000);
	it.destroy();
	t.true(socket.isClosed);
	pass(10_000);
	t.deepEqual(events, []);
	t.is(socket.take().length, 0);
});

test("a refusal by verify(), at once or later, leaves no byte unread", (t) => {
	for (const later of [false, true]) {
		const decisions: (() => void)[] = [];
		const options: ServerHandshakeOptions = {
			verifier: {
				names: 0,
				request: () => ({
					onName: () => false,
					onField() {},
					onOffer() {},
					ask: (_request, decide) =>
						void decisions.push(() => decide({ status: 403, message: "no", fields: "" })),
				}),
			},
		};
		const from = new MemorySocket({ remoteAddress: "192.0.2.1" });
		accept(from as never, options, 0, settings, { onAcceptFailed() {} } as unknown as AcceptListener);
		const socket = MemorySocket.last;
		socket.grant(1000);
		socket.receive(Buffer.concat([Buffer.from(request), frame(opcodes.text, "early", { mask: true })]));
		t.true(socket.readable > 0);
		if (later) socket.receive(frame(opcodes.text, "second", { mask: true }));
		decisions[0]?.();
		t.is(statusOf(socket), 403);
		t.is(socket.readable, 0);
		socket.receive(frame(opcodes.text, "third", { mask: true }));
		t.is(socket.readable, 0);
	}
});

test("a page whose bytes cannot be read ends the connection, whatever is thrown", (t) => {
	const events: string[] = [];
	const page = {
		byteLength: 10,
		slice(start: number, end: number): ArrayBuffer {
			// The constructor and the tag read it, too.
			if (end - start === 10) throw Symbol("odd");
			return new ArrayBuffer(end - start);
		},
	};
	const from = new MemorySocket({ remoteAddress: "192.0.2.1" });
	const listener = { onAcceptFailed: () => events.push("failed") } as unknown as AcceptListener;
	accept(from as never, { pages: makePages({ "/": page }) }, 0, settings, listener);
	const socket = MemorySocket.last;
	socket.grant(1000);
	t.notThrows(() => socket.receive("GET / HTTP/1.1\r\nHost: device\r\n\r\n"));
	t.deepEqual(events, ["failed"]);
	t.true(socket.isClosed);
});
