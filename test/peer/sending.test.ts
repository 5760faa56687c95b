import test from "ava";
import { Agent } from "../device/driver/driver.js";
import {
	client,
	clientAndRaw,
	clientAndWs,
	serverAndRaw,
	serverAndWs,
	wsServer,
} from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

const jsonValues = [
	{ foo: "bar" },
	"Reply message",
	"",
	0,
	-1.5,
	true,
	null,
	[],
	[1, [2, { three: 3 }]],
	{ text: 'quotes " and \\ and \n', unicode: "grüße 日本 🙂 \u0000" },
];

test("application/json sends what JSON.stringify says, as text, from a Client and from a Socket", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	for (const value of jsonValues) {
		t.is(await open.send(value), "sent");
		const message = await raw.readMessage();
		t.false(message.binary);
		t.is(message.text, JSON.stringify(value));
	}
	const { socket, peer } = await serverAndWs(t, agent);
	for (const value of jsonValues) {
		t.is(await socket.send(value), "sent");
		t.is(await peer.message(), JSON.stringify(value));
	}
});

test("a Client masks its frames and a Socket does not", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	await open.send(1);
	t.true((await raw.readFrame()).masked);
	const { raw: other, socket: otherSocket } = await (await import("../device/driver/pairs.js")).serverAndRaw(
		t,
		agent,
	);
	await otherSocket.send(1);
	t.false((await other.readFrame()).masked);
});

for (const type of ["text/plain", "text/csv"]) {
	test(`${type} sends the string as it is`, async (t) => {
		const { client: open, peer } = await clientAndWs(t, agent, { sendType: type });
		for (const text of ["hello", "", "grüße 日本 🙂", '{"not":"parsed"}']) {
			t.is(await open.send(text), "sent");
			t.is(await peer.message(), text);
		}
	});
}

for (const type of ["application/octet-stream", "image/jpeg", "audio/mpeg", "video/mp4"]) {
	test(`${type} sends buffers, views and the bytes of strings, as binary`, async (t) => {
		const { client: open, peer } = await clientAndWs(t, agent, { sendType: type });
		const bytes = Uint8Array.of(0, 1, 127, 128, 255);
		for (const value of [bytes.buffer, bytes, new DataView(bytes.buffer)]) {
			t.is(await open.send(value), "sent");
			t.deepEqual(await peer.message(), Buffer.from(bytes));
		}
		// Elements of several bytes are sent as they are in memory.
		for (const values of [Float32Array.of(1.5, -2), new Float32Array(0)]) {
			t.is(await open.send(values), "sent");
			t.deepEqual(await peer.message(), Buffer.from(values.buffer));
		}
		await open.send("grüße");
		t.deepEqual(await peer.message(), Buffer.from("grüße"));
		await open.send(new ArrayBuffer(0));
		t.deepEqual(await peer.message(), Buffer.alloc(0));
	});
}

test("anything but a buffer or a string is a TypeError with a binary type, and nothing is queued", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { sendType: "application/octet-stream" });
	for (const value of [5, true, null, {}, [1, 2], onDevice.undefined, onDevice.function]) {
		await t.throwsAsync(() => open.send(value), { name: "TypeError" }, JSON.stringify(value));
	}
	t.like(await open.counters(), { accepted: 0, waiting: 0, discarded: 0 });
	await open.send("last");
	t.deepEqual(await peer.message(), Buffer.from("last"));
});

test("a value that JSON cannot represent throws in send(), and nothing is queued", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	for (const value of [
		onDevice.cycle,
		onDevice.bigint,
		onDevice.undefined,
		onDevice.function,
		onDevice.symbol,
	]) {
		await t.throwsAsync(() => open.send(value), { name: "TypeError" }, JSON.stringify(value));
	}
	t.like(await open.counters(), { accepted: 0, waiting: 0, discarded: 0 });
	await open.send("last");
	t.is(await peer.json(), "last");
});

test("a lone surrogate goes out as U+FFFD", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { sendType: "text/plain" });
	await open.send("a\ud800b");
	t.is(await peer.message(), "a\ufffdb");
	await open.send("\udc00");
	t.is(await peer.message(), "\ufffd");
	const { client: json, peer: other } = await clientAndWs(t, agent);
	await json.send("a\ud800b");
	t.regex((await other.json()) as string, /^a(\ufffd|\ud800)b$/);
});

test("send() before open() queues, and what was queued goes out in order", async (t) => {
	const peer = await wsServer(t);
	const early = await client(t, agent, { port: peer.port });
	for (const n of [1, 2, 3]) t.is(await early.send({ n }), "queued");
	t.like(await early.counters(), { accepted: 3, waiting: 3, sent: 0 });
	await early.open();
	t.is(await early.send({ n: 4 }), "queued");
	const connection = await peer.connection();
	await early.next("drain");
	t.is(await early.send({ n: 5 }), "sent");
	for (const n of [1, 2, 3, 4, 5]) t.deepEqual(await connection.json(), { n });
	t.deepEqual(early.order, ["open", "drain"]);
	t.like(await early.counters(), { accepted: 5, sent: 5, waiting: 0, lost: 0, discarded: 0 });
});

test("what an open listener sends comes after what was queued", async (t) => {
	const peer = await wsServer(t);
	const early = await client(t, agent, { port: peer.port });
	await early.send("queued");
	await early.listen("open", [early.step("send", "from the listener")]);
	await early.open();
	const connection = await peer.connection();
	t.is(await connection.json(), "queued");
	t.is(await connection.json(), "from the listener");
});

test("send() encodes the value immediately", async (t) => {
	const peer = await wsServer(t);
	const early = await client(t, agent, { port: peer.port, sendType: "application/octet-stream" });
	const bytes = Uint8Array.of(1, 2, 3);
	await early.send(bytes);
	await early.open();
	const connection = await peer.connection();
	t.deepEqual(await connection.message(), Buffer.from([1, 2, 3]));
});

test("discardMessagesBeforeOpen: send() before the connection is open returns discarded, without an error", async (t) => {
	const peer = await wsServer(t);
	const early = await client(t, agent, { port: peer.port, discardMessagesBeforeOpen: true });
	t.is(await early.send(1), "discarded");
	await early.open();
	const connection = await peer.connection();
	await early.next("open");
	t.is(await early.send(2), "sent");
	t.is(await connection.json(), 2);
	t.deepEqual(early.order, ["open"]);
	t.like(await early.counters(), { accepted: 1, sent: 1, discarded: 1, waiting: 0 });
});

test("discardMessagesBeforeOpen discards again when the connection is gone", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { discardMessagesBeforeOpen: true });
	peer.socket.terminate();
	await open.next("close");
	t.is(await open.send(1), "discarded");
	t.false(open.order.includes("error"));
});

test("a message that fits leaves as one frame, one larger than the window in fragments, each in order", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent, {
		sendQueueSize: 65536,
		sendType: "text/plain",
	});
	await open.send("x".repeat(1000));
	t.is((await raw.readMessage()).frames, 1);
	await agent.run(
		open.step("send", onDevice.text("a", 1400)),
		open.step("send", onDevice.text("b", 20000)),
		open.step("send", onDevice.text("c", 1400)),
	);
	t.is((await raw.readMessage()).text, "a".repeat(1400));
	const large = await raw.readMessage();
	t.is(large.text, "b".repeat(20000));
	t.true(large.frames > 1);
	t.is((await raw.readMessage()).text, "c".repeat(1400));
});

test("counters count messages and bytes", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, {
		sendType: "text/plain",
		receiveType: "text/plain",
	});
	await open.send("12345");
	await open.send("äöü");
	await peer.message();
	await peer.message();
	peer.send("abc");
	peer.send("defg");
	await open.next("message");
	await open.next("message");
	const counters = await open.counters();
	t.like(counters, { accepted: 2, sent: 2, discarded: 0, lost: 0, waiting: 0, received: 2 });
	t.true(counters.bytesSent >= 11);
	t.true(counters.bytesReceived >= 7);
	t.deepEqual(Object.keys(counters).sort(), [
		"accepted",
		"bytesReceived",
		"bytesSent",
		"discarded",
		"lost",
		"received",
		"replaced",
		"sent",
		"waiting",
	]);
});

test("send(data, { binary }) chooses the opcode, whatever the type", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	await open.call("send", { a: 1 }, { binary: true });
	t.deepEqual(await peer.message(), Buffer.from('{"a":1}'));
	await open.call("send", { a: 1 }, { binary: false });
	t.is(await peer.message(), '{"a":1}');
});

test("bytes are sent as they are where they are said to be a binary message", async (t) => {
	for (const sendType of ["application/json", "text/plain"]) {
		const { client: open, peer } = await clientAndWs(t, agent, { sendType });
		await open.call("send", onDevice.bytes(5), { binary: true });
		t.deepEqual(await peer.message(), Buffer.of(0, 1, 2, 3, 4));
	}
});

test("bytes sent as text stay the app's own", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { sendType: "application/octet-stream" });
	await agent.run({
		do: "listen",
		on: open.name,
		method: "on",
		event: "message",
		name: "twice",
		steps: [
			open.step("send", onDevice.argument(0), { binary: false }),
			open.step("send", onDevice.argument(0), { binary: false }),
		],
	});
	// A Client masks its frames, but must not change the caller's bytes: the second message must be the same.
	peer.send("abc");
	t.is(await peer.message(), '"abc"'.slice(1, 4));
	t.is(await peer.message(), "abc");
});

test("options of send() that are no options, and binary that is no boolean, throw a TypeError", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	for (const options of [{ binary: "no" }, { binary: 1 }, "binary", 5]) {
		const error = await t.throwsAsync(open.call("send", "lost", options));
		t.is((error as { cause?: string } & Error).name, "TypeError");
	}
	t.is(await open.send("next"), "sent");
	t.is(await peer.message(), '"next"');
});

test("pings are answered with their payload, by Client and Socket", async (t) => {
	const { raw } = await clientAndRaw(t, agent);
	const { raw: other } = await serverAndRaw(t, agent);
	for (const connection of [raw, other]) {
		for (const payload of ["", "x", "y".repeat(125)]) {
			connection.send(9, payload);
			t.is((await connection.readFrameOf(10)).payload.toString(), payload);
		}
	}
});

test("messages queued while the connection is away are sent on the next one", async (t) => {
	const { client: open, peer, server } = await clientAndWs(t, agent);
	peer.socket.close(1001);
	await open.next("close");
	t.is(await open.send("kept"), "queued");
	await open.open();
	t.is(await (await server.connection()).json(), "kept");
});

test("send() of a closed Socket returns discarded", async (t) => {
	const { socket, peer } = await serverAndWs(t, agent);
	peer.socket.close(1000);
	await socket.next("close");
	t.is(await socket.send("nobody is there"), "discarded");
	t.is(await socket.isOpen(), false);
});
