/** Closing of an open connection, by the device and by the peer. */
import test from "ava";
import { Agent } from "../device/driver/driver.js";
import {
	client,
	clientAndRaw,
	clientAndWs,
	nothingFollows,
	rawServer,
	serverAndRaw,
	serverAndWs,
	wsServer,
} from "../device/driver/pairs.js";
import type { Counters } from "../device/driver/remote.js";
import { onDevice } from "../device/driver/wire.js";
import { closePayload, opcodes } from "../support/frames.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("close() of an open connection starts the closing handshake with 1000", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	t.is(await open.close(), undefined);
	t.deepEqual(await peer.closed(), { code: 1000, reason: "" });
	t.deepEqual((await open.next("close"))[0], 1000);
	t.is(await open.isOpen(), false);
	t.deepEqual(open.order, ["open", "close"]);
});

test("a Client leaves the end of the TCP connection to the server, as section 7.1.1 asks", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent, { closeTimeout: 0x7fffffff });
	await open.close();
	await raw.readClose();
	raw.send(opcodes.close, closePayload(1000));
	raw.send(opcodes.ping, "is not answered");
	t.is((await open.next("close"))[0], 1000, "the closing handshake is complete");
	await nothingFollows(t, agent, 30);
	t.false(raw.ended);
	raw.end();
	await raw.readEnd();
	t.is(raw.unread.length, 0);
	t.deepEqual(open.order, ["open", "close"]);
});

test("close is emitted when the peer's close frame was answered, however long the TCP connection stays", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent, { closeTimeout: 0x7fffffff });
	raw.send(opcodes.close, closePayload(4000, "enough"));
	t.deepEqual(await open.next("close"), [4000, "enough"]);
	t.deepEqual(await raw.readClose(), { code: 4000, reason: "enough" });
	t.false(raw.ended);
	raw.reset();
	await nothingFollows(t, agent, 30);
	t.deepEqual(open.order, ["open", "close"]);
});

test("after close a TCP connection that the server does not end is ended within closeTimeout", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent, { closeTimeout: 300 });
	raw.send(opcodes.close, closePayload(1000));
	await raw.readClose();
	await open.next("close");
	await raw.readEnd();
	t.deepEqual(open.order, ["open", "close"]);
});

test("a reason that is not a string is a TypeError that names it, and the connection stays open", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	const { socket, peer: other } = await serverAndWs(t, agent);
	for (const connection of [open, socket]) {
		for (const reason of [null, 5, true, {}, ["a"], onDevice.symbol]) {
			const error = await t.throwsAsync<Error>(() => connection.close(1000, reason), { name: "TypeError" });
			t.regex(error?.message ?? "", /reason/);
		}
		const error = await t.throwsAsync<Error>(() => connection.close(null), { name: "TypeError" });
		t.regex(error?.message ?? "", /code/);
		t.is(await connection.isOpen(), true);
		await connection.send("still here");
	}
	t.is(await peer.json(), "still here");
	t.is(await other.json(), "still here");
	await open.close(1000, undefined);
	t.deepEqual(await peer.closed(), { code: 1000, reason: "" });
});

test("close(code, reason) sends them", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	await open.close(4000, "gute Nacht, schöne Welt");
	t.deepEqual(await peer.closed(), { code: 4000, reason: "gute Nacht, schöne Welt" });
	await open.next("close");
	const { socket, peer: other } = await serverAndWs(t, agent);
	await socket.close(3001, "enough");
	t.deepEqual(await other.closed(), { code: 3001, reason: "enough" });
	await socket.next("close");
});

test("close() with a code that must not be sent throws, and the connection stays open", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65536, -1, 1000.5]) {
		const error = await t.throwsAsync<Error>(
			() => open.close(code),
			{ name: "RangeError" },
			`close(${code})`,
		);
		t.true(error?.message.includes(String(code)), error?.message);
	}
	await t.throwsAsync(() => open.close("1000"));
	t.is(await open.isOpen(), true);
	await open.send("still here");
	t.is(await peer.json(), "still here");
});

test("a reason of more than 123 bytes is truncated between characters", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	await open.close(1000, "ä".repeat(100));
	t.deepEqual(await peer.closed(), { code: 1000, reason: "ä".repeat(61) });
	const { client: other, peer: otherPeer } = await clientAndWs(t, agent);
	await other.close(1000, `${"ä".repeat(61)}x`);
	t.is((await otherPeer.closed()).reason, `${"ä".repeat(61)}x`);
});

test("close() twice, or when closed, does nothing more", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	await agent.run(open.step("close"), open.step("close", 4000));
	t.is((await peer.closed()).code, 1000);
	await open.next("close");
	await open.close();
	await nothingFollows(t, agent, 10);
	t.deepEqual(open.order, ["open", "close"]);
});

test("after close(), isOpen() is false and send() does not use the connection", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	const [, isOpen] = await agent.run(open.step("close"), open.step("isOpen"), open.step("send", "late"));
	t.is(isOpen, false);
	await peer.closed();
	t.deepEqual(peer.received, []);
});

for (const event of ["open", "message"]) {
	test(`close() from inside a listener of ${event} closes`, async (t) => {
		const peer = await wsServer(t);
		const closing = await client(t, agent, { port: peer.port });
		await closing.listen(event, [closing.step("close", 4001, `from ${event}`)]);
		await closing.open();
		const connection = await peer.connection();
		connection.send("1");
		t.deepEqual(await connection.closed(), { code: 4001, reason: `from ${event}` });
		await closing.next("close");
		t.is(closing.all("close").length, 1);
	});
}

test("a close that the peer never answers is bounded", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	await open.close(1000);
	t.is((await raw.readClose()).code, 1000);
	await open.next("close");
	await raw.readEnd();
	t.deepEqual(open.order, ["open", "close"]);
});

test("closeTimeout bounds the closing handshake: the shorter one is up first, the default in between", async (t) => {
	const peer = await rawServer(t);
	const closing = [];
	for (const options of [{ closeTimeout: 4000 }, {}, { closeTimeout: 300 }]) {
		const open = await client(t, agent, { port: peer.port, ...options });
		await open.open();
		await peer.webSocket();
		await open.next("open");
		closing.push(open);
	}
	const [started] = (await agent.run({ do: "clock" }, ...closing.map((open) => open.step("close")))) as [
		number,
	];
	const ends = await Promise.all(
		closing.map(async (open) => {
			t.is((await open.next("close"))[0], 1006);
			return (open.times("close")[0] as number) - started;
		}),
	);
	const [longest, unspecified, shortest] = ends as [number, number, number];
	t.true(shortest + 1 >= 300 && unspecified + 1 >= 2000 && longest + 1 >= 4000, `${ends}`);
	t.true(shortest < unspecified && unspecified < longest, `${ends}`);
});

test("a close of a Socket that the peer never answers is bounded", async (t) => {
	const { socket, raw } = await serverAndRaw(t, agent);
	await socket.close();
	t.is((await raw.readClose()).code, 1000);
	await socket.next("close");
	await raw.readEnd();
	t.deepEqual(socket.order, ["open", "close"]);
});

/** Actions of the peer, with the resulting close event. */
const endings: [what: string, code: number, reason: string][] = [
	["1000 and no reason", 1000, ""],
	["1001 and a reason", 1001, "going away"],
	["1011", 1011, "trouble"],
	["3000", 3000, ""],
	["4999 and a reason in UTF-8", 4999, "tschüß €"],
];

for (const [what, code, reason] of endings) {
	test(`the peer's close with ${what} is emitted and answered, by Client and Socket`, async (t) => {
		const { client: open, raw } = await clientAndRaw(t, agent);
		raw.send(opcodes.close, closePayload(code, reason));
		t.is((await raw.readClose()).code, code);
		raw.end();
		t.deepEqual(await open.next("close"), [code, reason]);
		const { socket, raw: other } = await serverAndRaw(t, agent);
		other.send(opcodes.close, closePayload(code, reason));
		t.is((await other.readClose()).code, code);
		await other.readEnd();
		t.deepEqual(await socket.next("close"), [code, reason]);
	});
}

test("a close frame without a code is emitted as 1005", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	raw.send(opcodes.close);
	raw.end();
	t.deepEqual(await open.next("close"), [1005, ""]);
	const { socket, raw: other } = await serverAndRaw(t, agent);
	other.send(opcodes.close);
	t.deepEqual(await socket.next("close"), [1005, ""]);
});

for (const [what, cut] of [
	["FIN", "end"],
	["RST", "reset"],
] as const) {
	test(`a connection that just breaks with a ${what} is emitted as 1006`, async (t) => {
		const { client: open, raw } = await clientAndRaw(t, agent);
		raw[cut]();
		t.is((await open.next("close"))[0], 1006);
		const { socket, raw: other } = await serverAndRaw(t, agent);
		other[cut]();
		t.is((await socket.next("close"))[0], 1006);
		t.is(await socket.isOpen(), false);
	});
}

test("close frames that cross are one close", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	raw.send(opcodes.close, closePayload(4002, "mine"));
	await open.close(4001, "yours");
	await raw.readClose();
	raw.end();
	await open.next("close");
	await nothingFollows(t, agent, 10);
	t.is(open.all("close").length, 1);
	t.false(open.order.includes("error"));
});

test("messages that wait when close() is called are lost and counted", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	// More data in one turn than any window accepts.
	const [, counters] = (await agent.run(
		{ do: "repeat", count: 40, steps: [open.step("send", onDevice.text("x", 500))] },
		open.property("counters"),
		open.step("close"),
	)) as [unknown, Counters, unknown];
	t.true(counters.waiting > 0);
	t.like(await open.counters(), {
		accepted: counters.accepted,
		sent: counters.sent,
		waiting: 0,
		lost: counters.waiting,
	});
	await peer.closed();
	await open.next("close");
	t.is(peer.received.length, counters.sent);
});
