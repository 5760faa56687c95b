import test from "ava";
import { Agent } from "../device/driver/driver.js";
import {
	client,
	clientAndRaw,
	clientAndWs,
	rawConnect,
	rawServer,
	serverAndRaw,
} from "../device/driver/pairs.js";
import { closePayload, frame, opcodes } from "../support/frames.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("a ping is sent whenever pingInterval passed without a byte, and a pong keeps the connection", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { pingInterval: 100, pongTimeout: 5000 });
	for (let i = 0; i < 4; i++) await peer.ping();
	t.is(await open.isOpen(), true);
	t.deepEqual(open.order, ["open"]);
});

test("a Socket pings too", async (t) => {
	const { socket, raw } = await serverAndRaw(t, agent, { pingInterval: 100, pongTimeout: 5000 });
	for (let i = 0; i < 3; i++) {
		const { payload } = await raw.readFrameOf(opcodes.ping);
		raw.send(opcodes.pong, payload);
	}
	t.is(await socket.isOpen(), true);
});

test("any byte proves that the peer is alive, not only a pong", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent, { pingInterval: 100, pongTimeout: 8000 });
	for (let i = 0; i < 3; i++) {
		await raw.readFrameOf(opcodes.ping);
		raw.send(opcodes.text, String(i));
	}
	await open.next("message");
	t.is(await open.isOpen(), true);
	t.false(open.order.includes("error"));
});

for (const [role, pair] of [
	[
		"Client",
		async (t: Parameters<typeof clientAndRaw>[0], options: object) => {
			const { client: open, raw } = await clientAndRaw(t, agent, options);
			return { open, raw };
		},
	],
	[
		"Socket",
		async (t: Parameters<typeof clientAndRaw>[0], options: object) => {
			const { socket, raw } = await serverAndRaw(t, agent, options);
			return { open: socket, raw };
		},
	],
] as const) {
	test(`${role}: a peer that stays silent after a ping is destroyed after pongTimeout: error, then close 1006`, async (t) => {
		const { open, raw } = await pair(t, { pingInterval: 100, pongTimeout: 300 });
		await raw.readFrameOf(opcodes.ping);
		t.is((await open.next("close"))[0], 1006);
		t.deepEqual(open.order, ["open", "error", "close"]);
		const [opened, failed] = [open.times("open")[0] as number, open.times("error")[0] as number];
		t.true(failed - opened + 1 >= 400, `${failed - opened} ms`);
		await raw.readEnd();
		t.is(await open.isOpen(), false);
	});
}

test("a Client that was destroyed and opened again is sent a ping before it is destroyed", async (t) => {
	const options = { pingInterval: 100, pongTimeout: 100 };
	const { client: again, raw, server: peer } = await clientAndRaw(t, agent, options);
	await raw.readFrameOf(opcodes.ping);
	await again.next("close");
	await again.open();
	const second = await peer.webSocket();
	await again.next("open");
	await second.readFrameOf(opcodes.ping);
	await again.next("close");
	t.deepEqual(again.order, ["open", "error", "close", "open", "error", "close"]);
});

test("Sockets are pinged also when their Server had none for a while", async (t) => {
	const { socket, port, server: listening, raw } = await serverAndRaw(t, agent, { pingInterval: 100 });
	raw.reset();
	await socket.next("close");
	const second = await rawConnect(t, agent, port);
	await second.upgrade();
	await listening.connection();
	t.is((await second.readFrame()).opcode, opcodes.ping);
});

test("pingInterval and pongTimeout order: the shorter pongTimeout is up first", async (t) => {
	const peer = await rawServer(t);
	const [short, tall] = [
		await client(t, agent, { port: peer.port, pingInterval: 100, pongTimeout: 100 }),
		await client(t, agent, { port: peer.port, pingInterval: 100, pongTimeout: 1500 }),
	];
	await tall.open();
	await peer.webSocket();
	await short.open();
	await peer.webSocket();
	await short.next("close");
	t.false(tall.order.includes("close"));
	await tall.next("close");
});

test("pingInterval: 0 sends no ping, and by default none comes soon", async (t) => {
	const peer = await rawServer(t);
	const never = await client(t, agent, { port: peer.port, pingInterval: 0, pongTimeout: 1 });
	const unspecified = await client(t, agent, { port: peer.port });
	const busy = await client(t, agent, { port: peer.port, pingInterval: 50, pongTimeout: 5000 });
	const raws = [];
	for (const open of [never, unspecified, busy]) {
		await open.open();
		raws.push(await peer.webSocket());
		await open.next("open");
	}
	const [rawNever, rawUnspecified, rawBusy] = raws;
	for (let i = 0; i < 5; i++) {
		await rawBusy?.readFrameOf(opcodes.ping);
		rawBusy?.send(opcodes.pong);
	}
	t.is(rawNever?.unread.length, 0);
	t.is(rawUnspecified?.unread.length, 0);
	t.is(await never.isOpen(), true);
	t.is(await unspecified.isOpen(), true);
});

test("no ping follows a close", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent, { pingInterval: 30, pongTimeout: 5000 });
	raw.send(opcodes.close, closePayload(1000));
	await raw.readClose();
	await raw.readEnd();
	t.is(raw.unread.length, 0);
	await open.next("close");
	t.deepEqual(open.order, ["open", "close"]);
});

test("an unsolicited pong is ignored", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	raw.send(opcodes.pong, "unasked");
	raw.send(opcodes.text, "1");
	await open.next("message");
	t.deepEqual(open.order, ["open", "message"]);
});

test("bytes of an incomplete message prove that the peer is alive", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent, { pingInterval: 1200, pongTimeout: 1200 });
	const bytes = frame(opcodes.text, JSON.stringify("x".repeat(60)));
	const started = Date.now();
	for (const byte of bytes) {
		raw.write(Uint8Array.of(byte));
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	t.true(Date.now() - started > 2400, "longer than pingInterval and pongTimeout together");
	t.is((await open.next("message"))[0], "x".repeat(60));
	t.deepEqual(open.order, ["open", "message"]);
});
