import test from "ava";
import { Agent } from "../../device/driver/driver.js";
import {
	client,
	clientAndRaw,
	clientAndWs,
	rawConnect,
	rawServer,
	refusing,
	server,
	serverAndRaw,
} from "../../device/driver/pairs.js";
import type { Counters } from "../../device/driver/remote.js";
import { onDevice } from "../../device/driver/wire.js";
import { closePayload, frame, opcodes } from "../../support/frames.js";
import type { RawConnection } from "../../support/rawconnection.js";
import { wsConnect } from "../../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

const cuts: [how: string, cut: (raw: RawConnection) => void][] = [
	["FIN", (raw) => raw.end()],
	["RST", (raw) => raw.reset()],
];

/** Data that a peer has sent before its connection is cut. `mask` is true if the device is the server. */
const halves: [what: string, bytes: (mask: boolean) => Buffer][] = [
	["one byte of a frame's head", (mask) => frame(opcodes.text, "hello", { mask }).subarray(0, 1)],
	[
		"half a head with an extended length",
		(mask) => frame(opcodes.text, "x".repeat(300), { mask }).subarray(0, 3),
	],
	["half a payload", (mask) => frame(opcodes.text, '"hello world"', { mask }).subarray(0, 9)],
	["the first fragment of a message", (mask) => frame(opcodes.text, '"hel', { mask, fin: false })],
	["half a ping", (mask) => frame(opcodes.ping, "hello", { mask }).subarray(0, 4)],
	["half a close", (mask) => frame(opcodes.close, closePayload(1000, "bye"), { mask }).subarray(0, 4)],
];

for (const [how, cut] of cuts) {
	for (const [what, bytes] of halves) {
		test(`Client: a ${how} after ${what} is close 1006 and no message`, async (t) => {
			const { client: open, raw } = await clientAndRaw(t, agent);
			raw.write(bytes(false));
			await new Promise(setImmediate);
			cut(raw);
			t.is((await open.next("close"))[0], 1006);
			t.false(open.order.includes("message"));
		});

		test(`Socket: a ${how} after ${what} is close 1006 and no message`, async (t) => {
			const { socket, raw } = await serverAndRaw(t, agent);
			raw.write(bytes(true));
			await new Promise(setImmediate);
			cut(raw);
			t.is((await socket.next("close"))[0], 1006);
			t.false(socket.order.includes("message"));
		});
	}

	test(`Client: a ${how} before, in and after the answer to its request fails the attempt`, async (t) => {
		const peer = await rawServer(t);
		const failing = await client(t, agent, { port: peer.port, numberOfRetries: 3, timeBetweenRetries: 1 });
		await failing.open();
		cut(await peer.connection());
		const afterRequest = await peer.connection();
		await afterRequest.readHead();
		cut(afterRequest);
		const inAnswer = await peer.connection();
		await inAnswer.readHead();
		inAnswer.write("HTTP/1.1 101 Swit");
		await new Promise(setImmediate);
		cut(inAnswer);
		const afterHead = await peer.connection();
		await afterHead.accept();
		await failing.next("open");
		cut(afterHead);
		t.is((await failing.next("close"))[0], 1006);
		t.deepEqual(failing.order, ["retry", "retry", "retry", "open", "close"]);
	});

	test(`Server: a ${how} before, in and after a request leaves the server serving`, async (t) => {
		const listening = await server(t, agent, { maxConnections: 8 });
		const port = await listening.listening();
		const [before, inside, after] = [
			await rawConnect(t, agent, port),
			await rawConnect(t, agent, port),
			await rawConnect(t, agent, port),
		];
		cut(before);
		inside.write("GET / HTTP/1.1\r\nHos");
		await new Promise(setImmediate);
		cut(inside);
		await after.upgrade();
		cut(after);
		const socket = await listening.connection();
		t.is((await socket.next("close"))[0], 1006);
		const peer = await wsConnect(agent.host, port);
		const served = await listening.connection();
		peer.send("1");
		await served.next("message");
		peer.socket.terminate();
		t.deepEqual(listening.order, ["listening", "connection", "connection"]);
	});

	test(`Client: a ${how} while the device is sending loses what waits, and is counted`, async (t) => {
		const { client: open, raw } = await clientAndRaw(t, agent, { sendQueueSize: 32768 });
		raw.socket.pause();
		await agent.run({ do: "repeat", count: 40, steps: [open.step("send", "x".repeat(600))] });
		cut(raw);
		raw.socket.resume();
		await open.next("close");
		const { accepted, sent, lost, waiting } = await open.counters();
		t.is(accepted, sent + lost + waiting);
		t.is(accepted, 40);
	});

	test(`Client: a ${how} while the closing handshake is under way ends it`, async (t) => {
		const { client: open, raw } = await clientAndRaw(t, agent);
		await open.close(4000, "mine");
		await raw.readClose();
		cut(raw);
		await open.next("close");
		t.deepEqual(open.order, ["open", "close"]);
	});
}

test("a peer that refuses, accepts and cuts, stays silent, then answers: each attempt has its retry", async (t) => {
	const peer = await rawServer(t);
	const stubborn = await client(t, agent, { port: peer.port, timeBetweenRetries: 10, connectTimeout: 2000 });
	await stubborn.send("patience");
	await stubborn.open();
	(await peer.connection()).reset();
	const refusingPeer = await peer.connection();
	await refusingPeer.readHead();
	refusingPeer.write("HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
	refusingPeer.end();
	const silent = await peer.connection();
	await silent.readHead();
	await silent.readEnd();
	const raw = await peer.webSocket();
	t.is((await raw.readMessage()).text, '"patience"');
	await stubborn.next("drain");
	t.deepEqual(stubborn.order, ["retry", "retry", "retry", "open", "drain"]);
	t.deepEqual(
		stubborn.all("retry").map(([attempt]) => attempt),
		[1, 2, 3],
	);
});

test("a host that does not answer the connection attempt at all is given up after connectTimeout", async (t) => {
	// TEST-NET-3 (RFC 5737): nothing answers there; some networks say at once that there is no route.
	const failing = await client(t, agent, {
		host: "203.0.113.1",
		port: 9,
		numberOfRetries: 0,
		connectTimeout: 200,
	});
	await failing.open();
	const [message] = await failing.next("error");
	t.regex(message as string, /203\.0\.113\.1/);
	t.is(await failing.isOpen(), false);
});

test("a half-open connection, whose peer has gone without a word, is found out by a ping", async (t) => {
	const {
		socket,
		raw,
		server: listening,
		port,
	} = await serverAndRaw(t, agent, {
		maxConnections: 1,
		pingInterval: 100,
		pongTimeout: 100,
	});
	// The peer's TCP still acknowledges, its program is gone.
	raw.socket.pause();
	t.is((await socket.next("close"))[0], 1006);
	t.deepEqual(socket.order, ["open", "error", "close"]);
	const peer = await wsConnect(agent.host, port);
	await listening.connection();
	peer.socket.terminate();
});

test("what came together with a FIN is received, although nothing can be answered any more", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	raw.write(
		Buffer.concat([
			frame(opcodes.ping, "there?"),
			frame(opcodes.text, '"last words"'),
			frame(opcodes.close, closePayload(4000, "bye")),
		]),
	);
	raw.end();
	t.deepEqual(await open.next("close"), [4000, "bye"]);
	t.deepEqual(open.order, ["open", "message", "close"]);
});

test("a peer that has sent FIN and still reads gets the close and no more", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	raw.end();
	await open.next("close");
	await raw.readEnd();
	t.is(await open.send("nobody is there"), "queued");
	t.like(await open.counters(), { waiting: 1 });
});

test("a client that fails leaves the others of the device alone", async (t) => {
	const { client: healthy, peer } = await clientAndWs(t, agent);
	const port = await refusing(t);
	const failing = await client(t, agent, { port, numberOfRetries: 20, timeBetweenRetries: 1 });
	await failing.open();
	for (let n = 0; n < 20; n++) {
		await healthy.send(n);
		t.is(await peer.json(), n);
	}
	await failing.next("error");
	t.deepEqual(healthy.order, ["open"]);
});

test("bytes after the peer's close frame are ignored", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	raw.write(
		frame(opcodes.close, closePayload(1000, "done")),
		frame(opcodes.text, '"late"'),
		Buffer.from([0xff, 0xff, 0xff]),
	);
	t.is((await raw.readClose()).code, 1000);
	raw.end();
	t.deepEqual(await open.next("close"), [1000, "done"]);
	t.deepEqual(open.order, ["open", "close"]);
});

for (const [how, cut] of cuts) {
	test(`messages that could not leave because of a ${how} right after the handshake arrive undamaged on the next connection`, async (t) => {
		const peer = await rawServer(t);
		const unlucky = await client(t, agent, { port: peer.port, sendQueueSize: 8000, sendType: "text/plain" });
		// Some messages are queued before the connection is open, others are sent when it opens.
		await unlucky.listen("open", [unlucky.step("send", "sent from the open listener")]);
		const good = ["queued before the connection was open", "sent from the open listener"];
		let undamaged = 0;
		for (let round = 0; round < 20; round++) {
			const ends = () => unlucky.all("close").length + unlucky.all("retry").length;
			const before = ends();
			await unlucky.send("queued before the connection was open");
			await unlucky.open();
			const raw = await peer.connection();
			await raw.accept();
			cut(raw);
			await agent.until(
				() => ends() > before || undefined,
				() => "the connection that was cut did not end",
			);
			await unlucky.open();
			const next = await peer.webSocket();
			await agent.until(
				() => unlucky.all("open").length > unlucky.all("close").length || undefined,
				() => "the next connection did not open",
			);
			await unlucky.send("the last");
			for (;;) {
				const { text } = await next.readMessage();
				if (text === "the last") break;
				t.true(good.includes(text), JSON.stringify(text));
				undamaged++;
			}
			const closes = unlucky.all("close").length;
			next.send(opcodes.close, closePayload(1000));
			await next.readClose();
			next.end();
			await agent.until(
				() => unlucky.all("close").length > closes || undefined,
				() => "the peer's close was not emitted",
			);
		}
		t.true(undamaged >= 20);
	});
}

test("a queue that overflows just as the connection breaks emits nothing after close", async (t) => {
	const { socket, raw } = await serverAndRaw(t, agent, { sendQueueSize: 256 });
	const flood = await socket.listen("message", [
		{ do: "repeat", count: 300, steps: [socket.step("send", "x".repeat(100))] },
	]);
	raw.socket.cork();
	raw.send(opcodes.text, "1");
	raw.end();
	raw.socket.uncork();
	await socket.ran(flood);
	await socket.next("close");
	const { client: witness, peer } = await clientAndWs(t, agent);
	peer.socket.close();
	await witness.next("close");
	t.is(socket.order.at(-1), "close");
});

test("a peer that never reads cannot make the device's queue grow, and its end is noticed", async (t) => {
	const { socket, raw } = await serverAndRaw(t, agent, {
		sendType: "application/octet-stream",
		sendQueueSize: 131072,
		pingInterval: 0,
	});
	raw.socket.pause();
	// Send until the buffers of this computer are full, too, and nothing is sent for many turns.
	let before = -1;
	for (let unchanged = 0; unchanged < 50; ) {
		const [, counters] = (await agent.run(
			{ do: "repeat", count: 2, steps: [socket.step("send", onDevice.bytes(60_000))] },
			socket.property("counters"),
		)) as [unknown, Counters];
		unchanged = counters.sent === before ? unchanged + 1 : 0;
		before = counters.sent;
	}
	const { accepted, sent, waiting, lost } = await socket.counters();
	t.true(
		waiting <= 3,
		`${waiting} messages of 60000 bytes wait in a queue of 131072, one of them on its way`,
	);
	t.is(accepted, sent + waiting + lost);
	raw.reset();
	t.is((await socket.next("close"))[0], 1006);
	t.like(await socket.counters(), { accepted, waiting: 0 });
});
