import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { client, clientAndRaw, serverAndWs, wsServer } from "../device/driver/pairs.js";
import type { Counters } from "../device/driver/remote.js";
import { onDevice } from "../device/driver/wire.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("before open only the latest value of each key waits, in the place of the first one", async (t) => {
	const peer = await wsServer(t);
	const early = await client(t, agent, { port: peer.port });
	const step = (value: unknown, key?: string) => early.step("send", value, { key });
	const results = await agent.run(
		step({ temperature: 20 }, "temperature"),
		step("an event"),
		step({ humidity: 40 }, "humidity"),
		step({ temperature: 21.5, unit: "°C" }, "temperature"),
		step({ humidity: 4 }, "humidity"),
		step("another event"),
		step({ temperature: 2 }, "temperature"),
		early.property("counters"),
		early.property("bufferedAmount"),
	);
	const bufferedAmount = results.pop();
	t.like(results.pop() as Counters, { accepted: 7, waiting: 4, replaced: 3, sent: 0, lost: 0, discarded: 0 });
	t.deepEqual(results, new Array(7).fill("queued"));
	const expected = [{ temperature: 2 }, "an event", { humidity: 4 }, "another event"];
	t.is(
		bufferedAmount,
		expected.reduce<number>((sum, it) => sum + JSON.stringify(it).length, 0),
	);
	await early.open();
	const connection = await peer.connection();
	for (const message of expected) t.deepEqual(await connection.json(), message);
	await early.next("drain");
	t.like(await early.counters(), { accepted: 7, sent: 4, replaced: 3, waiting: 0 });
	t.is(await early.get("bufferedAmount"), 0);
	t.deepEqual(early.order, ["open", "drain"]);
	// Nothing waits: it is sent at once, and so is the next one.
	const direct = [step(1, "temperature"), step(2, "temperature")];
	t.deepEqual(await agent.run(...direct), ["sent", "sent"]);
	t.deepEqual([await connection.json(), await connection.json()], [1, 2]);
});

test("onSettled tells once what became of each value: sent, replaced or lost", async (t) => {
	const peer = await wsServer(t);
	const early = await client(t, agent, { port: peer.port });
	const step = (value: string, key?: string) =>
		early.step("send", value, { key, onSettled: onDevice.traces(`fate of ${value}: `) });
	await agent.run(step("k1", "k"), step("plain"), step("k2", "k"), step("l1", "l"), step("k3", "k"));
	await agent.traced(/fate of k1: replaced/);
	await agent.traced(/fate of k2: replaced/);
	await early.open();
	const connection = await peer.connection();
	for (const message of ["k3", "plain", "l1"]) t.is(await connection.json(), message);
	for (const value of ["k3", "plain", "l1"]) await agent.traced(new RegExp(`fate of ${value}: sent`));
	const closing = await client(t, agent, { port: peer.port });
	await agent.run(
		closing.step("send", "m1", { key: "m", onSettled: onDevice.traces("fate of m1: ") }),
		closing.step("send", "m2", { key: "m", onSettled: onDevice.traces("fate of m2: ") }),
		closing.step("close"),
	);
	await agent.traced(/fate of m1: replaced/);
	await agent.traced(/fate of m2: lost/);
	t.like(await closing.counters(), { accepted: 2, replaced: 1, lost: 1, waiting: 0, sent: 0 });
	const told = agent.traces.filter((text) => text.includes("fate of "));
	t.is(told.length, 7);
});

test("refuse: a value that has no room is discarded, and the old one stays", async (t) => {
	const peer = await wsServer(t);
	const full = await client(t, agent, { port: peer.port, sendQueueSize: 100, sendType: "text/plain" });
	const results = await agent.run(
		full.step("send", "old", { key: "k" }),
		full.step("send", "x".repeat(80)),
		full.step("send", "longer than there is room", { key: "k" }),
		full.step("send", "x".repeat(96), { key: "k" }),
		full.step("send", "fits", { key: "k" }),
	);
	t.deepEqual(results, ["queued", "queued", "discarded", "discarded", "queued"]);
	await full.next("error");
	t.like(await full.counters(), { accepted: 3, waiting: 2, replaced: 1, discarded: 2, lost: 0 });
	await full.open();
	const connection = await peer.connection();
	t.is(await connection.message(), "fits");
	t.is(await connection.message(), "x".repeat(80));
});

test("drop-oldest makes room for a longer value, which keeps its place or is last", async (t) => {
	const peer = await wsServer(t);
	const options = { port: peer.port, sendQueueSize: 60, sendType: "text/plain", overflow: "drop-oldest" };
	const full = await client(t, agent, options);
	const results = await agent.run(
		full.step("send", "a".repeat(20)),
		full.step("send", "k", { key: "k" }),
		full.step("send", "b".repeat(10)),
		full.step("send", "K".repeat(30), { key: "k" }),
	);
	t.deepEqual(results, new Array(4).fill("queued"));
	t.like(await full.counters(), { accepted: 4, waiting: 2, replaced: 1, lost: 1, discarded: 1 });
	// Its old value is the oldest message itself.
	t.is(await full.call("send", "L".repeat(50), { key: "k" }), "queued");
	await full.next("error");
	t.like(await full.counters(), { accepted: 5, waiting: 1, replaced: 1, lost: 3, discarded: 3 });
	await full.open();
	t.is(await (await peer.connection()).message(), "L".repeat(50));
});

test("a value of which parts were sent is not replaced, and the next one replaces the one behind it", async (t) => {
	for (const overflow of ["refuse", "drop-oldest"]) {
		const options = { sendType: "text/plain", sendQueueSize: 32768, overflow };
		const { client: open, raw } = await clientAndRaw(t, agent, options);
		const send = (of: string, times: number) => open.step("send", onDevice.text(of, times), { key: "k" });
		const results = await agent.run(send("a", 20000), send("b", 900), send("c", 5000), send("d", 1000));
		t.deepEqual(results, new Array(4).fill("queued"));
		t.is((await raw.readMessage()).text, "a".repeat(20000));
		t.is((await raw.readMessage()).text, "d".repeat(1000));
		await open.next("drain");
		t.like(await open.counters(), { accepted: 4, sent: 2, replaced: 2, lost: 0, waiting: 0 });
	}
});

test("a value that was cut off by the end of the connection can be replaced again", async (t) => {
	const {
		client: open,
		raw,
		server,
	} = await clientAndRaw(t, agent, { sendType: "text/plain", sendQueueSize: 1048576 });
	// The peer does not read, so it cannot be sent at once.
	raw.socket.pause();
	t.is(await open.call("send", onDevice.text("x", 1000000), { key: "k" }), "queued");
	raw.socket.resetAndDestroy();
	await open.next("close");
	const { sent } = await open.counters();
	t.is(await open.call("send", "latest", { key: "k" }), "queued");
	await open.open();
	const next = await server.webSocket();
	t.is((await next.readMessage()).text, "latest");
	await open.next("drain");
	t.like(await open.counters(), { accepted: 2, sent: sent + 1, replaced: 1, lost: 0 });
});

test("keys differ by their bytes, whatever their length and characters", async (t) => {
	const peer = await wsServer(t);
	const early = await client(t, agent, { port: peer.port });
	const keys = ["a", "A", "aa", "é", "e", "🙂", "k".repeat(126), "k".repeat(125), "a\0b", "a"];
	for (const [index, key] of keys.entries()) t.is(await early.call("send", index, { key }), "queued");
	await early.open();
	const connection = await peer.connection();
	for (const expected of [9, 1, 2, 3, 4, 5, 6, 7, 8]) t.is(await connection.json(), expected);
	for (const key of ["", "k".repeat(127), "é".repeat(64)])
		await t.throwsAsync(early.call("send", "refused", { key }), { message: /^key is .*it must be a string/ });
	await t.throwsAsync(early.call("send", "refused", { key: 1 }), {
		message: "key is 1; it must be a string",
	});
	t.like(await early.counters(), { accepted: 10, sent: 9, replaced: 1, discarded: 0 });
});

test("a Socket replaces values that its window does not take", async (t) => {
	const { socket, peer } = await serverAndWs(t, agent, { sendQueueSize: 8192 });
	const [results] = await agent.run({
		do: "repeat",
		count: 2000,
		steps: [socket.step("send", onDevice.index, { key: "counter" })],
	});
	const outcomes = (results as { value: string }[]).map(({ value }) => value);
	t.deepEqual([...new Set(outcomes)], ["sent", "queued"]);
	await socket.next("drain");
	const { sent, replaced, ...rest } = await socket.counters();
	t.like(rest, { accepted: 2000, waiting: 0, lost: 0, discarded: 0 });
	t.is(sent + replaced, 2000);
	t.is(sent, outcomes.indexOf("queued") + 1);
	for (let n = 0; n < sent - 1; n++) t.is(await peer.json(), n);
	t.is(await peer.json(), 1999, "the latest value");
});
