import test from "ava";
import { Agent } from "../device/driver/driver.js";
import {
	client,
	clientAndRaw,
	clientAndWs,
	rawConnect,
	rawServer,
	refusing,
	server,
	serverAndRaw,
	serverAndWs,
	wsServer,
} from "../device/driver/pairs.js";
import type { Counters } from "../device/driver/remote.js";
import { onDevice } from "../device/driver/wire.js";
import { closePayload, frame, opcodes } from "../support/frames.js";
import type { RawConnection } from "../support/rawconnection.js";

const agent = await Agent.start();
test.after.always("the device still lives", () => agent.stop());

/** Waits until another client has failed many times as often as `client` would have tried again: nothing may come back. */
async function nothingComesBack(t: Parameters<typeof refusing>[0], interval: number): Promise<void> {
	const port = await refusing(t);
	const witness = await client(t, agent, { port, numberOfRetries: 4, timeBetweenRetries: interval });
	await witness.open();
	await witness.next("error");
}

test("close() of an open connection shakes hands with 1000", async (t) => {
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
	await nothingComesBack(t, 30);
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
	await nothingComesBack(t, 30);
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

test("a new connection works while the server has not ended the last one", async (t) => {
	const { client: again, raw, server } = await clientAndRaw(t, agent, { closeTimeout: 0x7fffffff });
	await again.listen("close", [again.step("open")], "once");
	raw.send(opcodes.close, closePayload(1001));
	await again.next("close");
	const second = await server.webSocket();
	await again.next("open");
	raw.reset();
	second.send(opcodes.text, '"hello"');
	t.is((await again.next("message"))[0], "hello");
	await again.send("there");
	t.is((await second.readMessage()).text, '"there"');
	t.deepEqual(
		again.order.filter((event) => !event.startsWith("ran ")),
		["open", "close", "open", "message"],
	);
});

test("after a violation the peer's close frame ends the connection, to which others are still given time", async (t) => {
	for (const violation of [
		frame(3, "a reserved opcode", { mask: true }),
		frame(opcodes.text, "not masked"),
		frame(opcodes.text, Uint8Array.of(0xff), { mask: true }),
		frame(opcodes.text, "x".repeat(5000), { mask: true }),
		frame(opcodes.text, "x".repeat(200), { mask: true }).subarray(0, 150),
	]) {
		const listening = await server(t, agent, { maxMessageSize: 100 });
		const port = await listening.listening();
		const [silent, polite] = [await rawConnect(t, agent, port), await rawConnect(t, agent, port)];
		const ended: string[] = [];
		for (const [name, raw] of Object.entries({ silent, polite })) {
			await raw.upgrade();
			const socket = await listening.connection();
			raw.write(violation);
			await socket.next("error");
			void raw.readEnd().then(() => ended.push(name));
		}
		const { code } = await polite.readClose();
		if (violation.length === 150)
			polite.write(frame(opcodes.text, "x".repeat(200), { mask: true }).subarray(150));
		polite.send(opcodes.text, "on its way already");
		polite.send(opcodes.close, closePayload(code));
		await silent.readEnd();
		t.deepEqual(ended, ["polite", "silent"], `${violation.subarray(0, 4).toString("hex")}, ${code}`);
	}
});

test("a close frame that is itself a violation ends the connection", async (t) => {
	const listening = await server(t, agent);
	const port = await listening.listening();
	const ended: string[] = [];
	const wrong: [string, Buffer][] = [
		["a reserved opcode", frame(3, "", { mask: true })],
		["1005", frame(opcodes.close, closePayload(1005), { mask: true })],
		["one byte", frame(opcodes.close, "x", { mask: true })],
		["not masked", frame(opcodes.close, closePayload(1000))],
	];
	const connections = [];
	for (const [name, violation] of wrong) {
		const raw = await rawConnect(t, agent, port);
		await raw.upgrade();
		const socket = await listening.connection();
		connections.push(raw);
		raw.write(violation);
		await socket.next("error");
		void raw.readEnd().then(() => ended.push(name));
	}
	for (const raw of connections) await raw.readEnd();
	t.is(ended.at(-1), "a reserved opcode");
});

test("a Client's violation is over with the peer's close frame, too", async (t) => {
	const peer = await rawServer(t);
	const [silent, polite] = [
		await client(t, agent, { port: peer.port }),
		await client(t, agent, { port: peer.port }),
	];
	const raws = [];
	for (const open of [silent, polite]) {
		await open.open();
		const raw = await peer.webSocket();
		raws.push(raw);
		await open.next("open");
		raw.send(3, "a reserved opcode");
		await open.next("error");
	}
	raws[1]?.send(opcodes.close, closePayload(1002));
	t.is((await polite.next("close"))[0], 1002);
	t.false(silent.order.includes("close"));
	await silent.next("close");
	t.deepEqual(polite.order, ["open", "error", "close"]);
});

test("a reason that is no string is a TypeError that names it, and the connection stays", async (t) => {
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

test("close() with a code that may not be sent throws and the connection stays", async (t) => {
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

test("a reason of more than 123 octets is cut off between characters", async (t) => {
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
	await nothingComesBack(t, 10);
	t.deepEqual(open.order, ["open", "close"]);
});

test("isOpen() is false and send() does not go to the connection as soon as close() was called", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	const [, isOpen] = await agent.run(open.step("close"), open.step("isOpen"), open.step("send", "late"));
	t.is(isOpen, false);
	await peer.closed();
	t.deepEqual(peer.received, []);
});

test("close() of a client that was never opened emits nothing", async (t) => {
	const idle = await client(t, agent, { port: await refusing(t) });
	await idle.close();
	await nothingComesBack(t, 10);
	t.deepEqual(idle.events, []);
});

test("close() while connecting emits close with 1006 once and gives up the connection", async (t) => {
	const peer = await rawServer(t);
	const connecting = await client(t, agent, { port: peer.port, timeBetweenRetries: 10 });
	await connecting.open();
	const raw = await peer.connection();
	await raw.readHead();
	await connecting.close();
	t.is((await connecting.next("close"))[0], 1006);
	await raw.readEnd();
	await nothingComesBack(t, 30);
	t.deepEqual(connecting.order, ["close"]);
	t.is(peer.count, 1);
});

test("close() in the turn of open() emits close with 1006 once", async (t) => {
	const peer = await wsServer(t);
	const hasty = await client(t, agent, { port: peer.port, timeBetweenRetries: 10 });
	await agent.run(hasty.step("open"), hasty.step("close"));
	t.is((await hasty.next("close"))[0], 1006);
	await nothingComesBack(t, 30);
	t.deepEqual(hasty.order, ["close"]);
	t.is(peer.count, 0);
});

test("close() between two attempts ends the retries", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, timeBetweenRetries: 100 });
	await failing.open();
	await failing.next("retry");
	await failing.close();
	t.is((await failing.next("close"))[0], 1006);
	await nothingComesBack(t, 100);
	t.deepEqual(failing.order, ["retry", "close"]);
});

test("close() from inside a retry listener ends the retries", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, timeBetweenRetries: 10 });
	await failing.listen("retry", [failing.step("close")]);
	await failing.open();
	t.is((await failing.next("close"))[0], 1006);
	await nothingComesBack(t, 30);
	t.is(failing.all("retry").length, 1);
	t.is(failing.all("close").length, 1);
});

test("close() while the host name is being resolved emits close and nothing comes back", async (t) => {
	const resolving = await client(t, agent, { host: "no-such-host.invalid", timeBetweenRetries: 10 });
	await agent.run(resolving.step("open"));
	await resolving.close();
	await resolving.next("close");
	await nothingComesBack(t, 30);
	t.is(resolving.all("close").length, 1);
	t.false(resolving.order.includes("error"));
});

test("close() after the last attempt emits nothing more", async (t) => {
	const port = await refusing(t);
	const failed = await client(t, agent, { port, numberOfRetries: 0 });
	await failed.open();
	await failed.next("error");
	const before = failed.order;
	await failed.close();
	await nothingComesBack(t, 10);
	t.deepEqual(
		failed.order.filter((event) => event !== "close"),
		before,
	);
	t.true(failed.all("close").length <= 1);
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

test("open() after close() while still connecting opens a new connection", async (t) => {
	const peer = await rawServer(t);
	const again = await client(t, agent, { port: peer.port });
	await again.open();
	const first = await peer.connection();
	await agent.run(again.step("close"), again.step("open"));
	await first.readEnd();
	const second = await peer.webSocket();
	await again.next("open");
	second.send(1, "1");
	await again.next("message");
	t.is(again.order.at(-1), "message");
});

test("open() while a connection ends opens the next one when it has ended", async (t) => {
	const { client: again, raw, server } = await clientAndRaw(t, agent, { timeBetweenRetries: 0 });
	await agent.run(again.step("close"), again.step("open"), again.step("open"), again.step("send", 1));
	await raw.readClose();
	await nothingComesBack(t, 30);
	t.is(server.count, 1, "the closing handshake is under way");
	raw.send(opcodes.close, closePayload(1000));
	await again.next("close");
	const second = await server.webSocket();
	await again.next("open");
	t.is((await second.readMessage()).text, "1", "what was sent meanwhile has waited for it");
	await again.next("drain");
	await nothingComesBack(t, 30);
	t.is(server.count, 2);
	t.deepEqual(again.order, ["open", "close", "open", "drain"]);
});

test("close() takes such an open() back", async (t) => {
	const { client: again, peer, server } = await clientAndWs(t, agent, { timeBetweenRetries: 0 });
	await agent.run(again.step("close"), again.step("open"), again.step("close"));
	await peer.closed();
	await again.next("close");
	await nothingComesBack(t, 30);
	t.deepEqual(again.order, ["open", "close"]);
	t.is(server.count, 1);
	await again.open();
	await again.next("open");
});

test("close() in the close listener takes it back as well, with a close of its own", async (t) => {
	const { client: again, server } = await clientAndWs(t, agent, { timeBetweenRetries: 0 });
	await again.listen("close", [again.step("close")], "once");
	await agent.run(again.step("close"), again.step("open"));
	await again.next("close");
	t.is((await again.next("close"))[0], 1006);
	await nothingComesBack(t, 30);
	t.is(again.all("close").length, 2);
	t.is(again.all("open").length, 1);
	t.true(server.count <= 2);
});

for (const [what, options, fault] of [
	["a violation", {}, (raw: RawConnection) => raw.send(3, "a reserved opcode")],
	["a message that is too long", { maxMessageSize: 5 }, (raw: RawConnection) => raw.send(1, '"long"')],
	["a missing pong", { pingInterval: 40, pongTimeout: 10 }, () => {}],
] as const) {
	test(`open() in the error listener after ${what} opens the next connection when this one has ended`, async (t) => {
		const {
			client: again,
			raw,
			server,
		} = await clientAndRaw(t, agent, { timeBetweenRetries: 0, ...options });
		await again.listen("error", [again.step("open")], "once");
		fault(raw);
		await again.next("error");
		await again.next("close");
		await server.webSocket();
		await again.next("open");
		t.deepEqual(again.order.filter((event) => !event.startsWith("ran ")).slice(0, 4), [
			"open",
			"error",
			"close",
			"open",
		]);
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

/** What the peer does, and the close event that follows from it. */
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

test("closes that cross are one close", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	raw.send(opcodes.close, closePayload(4002, "mine"));
	await open.close(4001, "yours");
	await raw.readClose();
	raw.end();
	await open.next("close");
	await nothingComesBack(t, 10);
	t.is(open.all("close").length, 1);
	t.false(open.order.includes("error"));
});

test("messages that wait when close() is called are lost and counted", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	// More in one turn than any window takes.
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

test("messages queued before the first connection are lost at close()", async (t) => {
	const peer = await wsServer(t);
	const idle = await client(t, agent, { port: peer.port });
	await idle.send(1);
	await idle.send(2);
	await idle.close();
	t.like(await idle.counters(), { accepted: 2, lost: 2, waiting: 0, sent: 0 });
	await idle.send(3);
	await idle.open();
	const connection = await peer.connection();
	await idle.next("open");
	await idle.send(4);
	t.is(await connection.json(), 3);
	t.is(await connection.json(), 4);
});
