import test from "ava";
import { long, onDevice } from "../../device/driver/wire.js";
import type { Step } from "../../device/protocol.js";
import { frame, opcodes } from "../../support/frames.js";
import { Setup } from "./setup.js";

const setup = await Setup.make();
const { agent } = setup;
test.after.always("the device is still running", () => agent.stop());

test("wss: messages pass in both directions, and the connection closes with 1000", async (t) => {
	const server = await setup.server(t);
	const url = `wss://${agent.peerHost}:${server.port}/a?b`;
	const device = await setup.client(t, 0, { url, headers: { Authorization: "Bearer 1" } });
	await device.open();
	const peer = await server.connection();
	await device.next("open");
	t.is(peer.request?.url, "/a?b");
	t.is(peer.request?.headers.host, `${agent.peerHost}:${server.port}`);
	t.is(peer.request?.headers.authorization, "Bearer 1");
	t.is(peer.tls.getProtocol(), "TLSv1.2");
	t.is(await device.send({ hello: "peer" }), "sent");
	t.deepEqual(await peer.json(), { hello: "peer" });
	peer.send('{"hello":"device"}');
	t.deepEqual((await device.next("message"))[0], { hello: "device" });
	await device.close();
	t.deepEqual(await peer.closed(), { code: 1000, reason: "" });
	t.is((await device.next("close"))[0], 1000);
	t.deepEqual(device.all("error"), []);
});

test("tls with host and port makes the same connection, and sslTls does, too", async (t) => {
	const server = await setup.server(t);
	const place = { url: undefined, host: agent.peerHost, port: server.port };
	for (const options of [{ ...place }, { ...place, sslTls: true }]) {
		const device = await setup.client(t, 0, options);
		await device.open();
		const peer = await server.connection();
		await device.next("open");
		t.is(peer.tls.encrypted, true);
	}
});

test("messages of every size are echoed", async (t) => {
	const { device, peer } = await setup.open(t, {
		sendType: "application/octet-stream",
		receiveType: "application/octet-stream",
		maxMessageSize: 100_000,
	});
	peer.socket.on("message", (data: Buffer) => peer.send(data));
	for (const size of [
		0, 1, 2, 125, 126, 127, 1000, 1339, 1340, 1341, 1440, 4000, 16383, 16384, 16385, 40_000,
	]) {
		const message = Buffer.alloc(size, size);
		await device.send(new Uint8Array(message));
		const [echo] = await device.next("message");
		if (size > 1024) t.deepEqual(echo, long(message));
		else t.deepEqual(Buffer.from(echo as ArrayBuffer), message);
	}
});

test("messages that were queued before the connection is open arrive in order, then drain comes", async (t) => {
	const server = await setup.server(t);
	const device = await setup.client(t, server.port);
	for (let i = 0; i < 21; i++) t.is(await device.send({ i }), "queued");
	await device.open();
	const peer = await server.connection();
	for (let i = 0; i < 21; i++) t.deepEqual(await peer.json(), { i });
	await device.next("drain");
	t.like(await device.counters(), { accepted: 21, sent: 21, waiting: 0, lost: 0 });
});

test("data beyond the window is queued, and drain follows when everything was sent", async (t) => {
	const { device, peer } = await setup.open(t, { sendQueueSize: 32768 });
	peer.socket.pause();
	const message = { n: onDevice.index, pad: "x".repeat(500) };
	const burst: Step = { do: "repeat", count: 40, steps: [device.step("send", message)] };
	const [results] = (await agent.run(burst)) as [{ value: string }[]];
	const told = results.map(({ value }) => value);
	t.is(told[0], "sent");
	t.is(told.at(-1), "queued");
	t.false(told.includes("discarded"));
	peer.socket.resume();
	for (let n = 0; n < 40; n++) t.like(await peer.json(), { n });
	await device.next("drain");
	t.like(await device.counters(), { accepted: 40, sent: 40, waiting: 0 });
});

test("messages that come faster than the device reads them arrive in order", async (t) => {
	const { device, peer } = await setup.open(t);
	for (let i = 0; i < 300; i++) peer.send(JSON.stringify({ i, padding: "y".repeat(i) }));
	for (let i = 0; i < 300; i++) t.like((await device.next("message"))[0], { i });
});

test("messages, the close frame, the end of TLS and the end of TCP in one delivery", async (t) => {
	const server = await setup.server(t);
	const device = await setup.client(t, server.port);
	await device.open();
	const peer = await server.connection();
	await device.next("open");
	const socket = peer.tls;
	socket.cork();
	for (let i = 0; i < 5; i++) socket.write(frame(opcodes.text, String(i)));
	socket.write(frame(opcodes.close, Buffer.from([3, 233])));
	socket.end();
	socket.uncork();
	for (let i = 0; i < 5; i++) t.is((await device.next("message"))[0], i);
	t.is((await device.next("close"))[0], 1001);
});

test("the end of TLS without a close frame is a lost connection, after all messages", async (t) => {
	const { device, peer } = await setup.open(t);
	const socket = peer.tls;
	socket.cork();
	for (let i = 0; i < 3; i++) socket.write(frame(opcodes.text, String(i)));
	socket.end();
	socket.uncork();
	for (let i = 0; i < 3; i++) t.is((await device.next("message"))[0], i);
	t.is((await device.next("close"))[0], 1006);
});

test("the end of TCP without the end of TLS is a lost connection", async (t) => {
	const { device, peer } = await setup.open(t);
	peer.socket.terminate();
	t.is((await device.next("close"))[0], 1006);
});

test("a closed Client opens again, time after time", async (t) => {
	const server = await setup.server(t);
	const device = await setup.client(t, server.port, { timeBetweenRetries: 0 });
	for (let i = 0; i < 5; i++) {
		await device.open();
		const peer = await server.connection();
		await device.next("open");
		await device.send(i);
		t.is(await peer.json(), i);
		await device.close();
		t.is((await device.next("close"))[0], 1000);
		t.is((await peer.closed()).code, 1000);
	}
});

test("close() during the handshake ends the attempt", async (t) => {
	const server = await setup.server(t);
	const device = await setup.client(t, server.port);
	await device.open();
	await device.close();
	t.is((await device.next("close"))[0], 1006);
	await device.open();
	await device.next("open");
	t.deepEqual(device.order, ["close", "open"]);
});

test("each frame is one record", async (t) => {
	const server = await setup.server(t);
	const relay = await setup.relay(t, server.port);
	const device = await setup.client(t, relay.port, { sendType: "text/plain" });
	await device.open();
	const peer = await server.connection();
	await device.next("open");
	const before = relay.dataRecords;
	for (const length of [1, 100, 125, 126, 1000]) {
		const text = "w".repeat(length);
		await device.send(text);
		t.is(await peer.message(), text);
	}
	t.is(relay.dataRecords - before, 5);
});
