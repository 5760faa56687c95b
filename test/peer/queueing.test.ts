import test from "ava";
import { Agent } from "../device/driver/driver.js";
import {
	client,
	clientAndRaw,
	clientAndWs,
	rawServer,
	serverAndWs,
	wsServer,
} from "../device/driver/pairs.js";
import type { Counters, RemoteEmitter } from "../device/driver/remote.js";
import { onDevice } from "../device/driver/wire.js";
import type { Step } from "../device/protocol.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** Returns a step that sends `count` numbered messages, each with `padding` further bytes, in one turn. */
function burst(sender: RemoteEmitter, count: number, padding: number): Step {
	const message = { n: onDevice.index, pad: "x".repeat(padding) };
	return { do: "repeat", count, steps: [sender.step("send", message)] };
}

/** Returns the outcomes of a burst. */
function outcomes(results: unknown): string[] {
	return (results as { value: string }[]).map(({ value }) => value);
}

test("data beyond the window is queued, and drain follows when everything was sent", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { sendQueueSize: 32768 });
	const [results, counters] = (await agent.run(burst(open, 40, 500), open.property("counters"))) as [
		unknown,
		Counters,
	];
	const told = outcomes(results);
	t.is(told[0], "sent");
	t.is(told.at(-1), "queued");
	t.false(told.includes("discarded"));
	t.is(told.lastIndexOf("sent") + 1, told.indexOf("queued"), "after the first queued message all are queued");
	t.is(counters.accepted, 40);
	t.is(counters.sent + counters.waiting, 40);
	for (let n = 0; n < 40; n++) t.is(((await peer.json()) as { n: number }).n, n);
	await open.next("drain");
	t.like(await open.counters(), { accepted: 40, sent: 40, waiting: 0 });
	t.deepEqual(open.order, ["open", "drain"]);
});

test("overflow: refuse, the default, discards the new message, with one error for the episode and drain at its end", async (t) => {
	const peer = await wsServer(t);
	const full = await client(t, agent, { port: peer.port, sendQueueSize: 256 });
	const [results, counters] = (await agent.run(burst(full, 10, 50), full.property("counters"))) as [
		unknown,
		Counters,
	];
	const told = outcomes(results);
	const kept = told.filter((outcome) => outcome === "queued").length;
	t.true(kept >= 2 && kept < 5, `${kept} messages of 64 bytes in a queue of 256`);
	t.deepEqual(told.slice(kept), new Array(10 - kept).fill("discarded"));
	t.like(counters, { accepted: kept, waiting: kept, discarded: 10 - kept });
	await full.next("error");
	await full.open();
	const connection = await peer.connection();
	for (let n = 0; n < kept; n++) t.is(((await connection.json()) as { n: number }).n, n);
	await full.next("drain");
	t.deepEqual(full.order, ["error", "open", "drain"]);
	// The next series of discarded messages emits its own error.
	await agent.run(burst(full, 300, 50));
	await full.next("error");
	await full.next("drain");
	t.deepEqual(full.order, ["error", "open", "drain", "error", "drain"]);
});

test("an episode has one error, however many turns it lasts", async (t) => {
	const peer = await wsServer(t);
	const full = await client(t, agent, { port: peer.port, sendQueueSize: 256 });
	for (let turn = 0; turn < 4; turn++) await agent.run(burst(full, 10, 50));
	await full.open();
	await full.next("drain");
	t.deepEqual(full.order, ["error", "open", "drain"]);
});

test("the error of an episode comes before its drain, each time", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { sendQueueSize: 1000 });
	for (let round = 0; round < 20; round++) {
		await agent.run(burst(open, 30, 500));
		await open.next("error");
		await open.next("drain");
	}
	t.deepEqual(open.order.slice(1), new Array(20).fill(["error", "drain"]).flat());
	t.true(peer.received.length > 0);
});

test("overflow: drop-oldest discards from the head until the new message fits", async (t) => {
	const peer = await wsServer(t);
	const full = await client(t, agent, { port: peer.port, sendQueueSize: 256, overflow: "drop-oldest" });
	const [results] = await agent.run(burst(full, 10, 50));
	t.deepEqual(outcomes(results), new Array(10).fill("queued"));
	await full.next("error");
	const { waiting } = await full.counters();
	t.true(waiting >= 2 && waiting < 5);
	await full.open();
	const connection = await peer.connection();
	for (let n = 10 - waiting; n < 10; n++) t.is(((await connection.json()) as { n: number }).n, n);
	await full.next("drain");
	t.deepEqual(full.order, ["error", "open", "drain"]);
});

test("drop-oldest never drops a message that is partly sent", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent, {
		sendQueueSize: 16384,
		sendType: "text/plain",
		overflow: "drop-oldest",
	});
	await agent.run(
		open.step("send", onDevice.text("a", 12000)),
		open.step("send", onDevice.text("b", 12000)),
		open.step("send", onDevice.text("c", 12000)),
	);
	const texts: string[] = [];
	await open.next("drain");
	const { sent } = await open.counters();
	for (let i = 0; i < sent; i++) texts.push((await raw.readMessage()).text);
	for (const text of texts) t.regex(text, /^(a{12000}|b{12000}|c{12000})$/);
	t.deepEqual([...texts].sort(), texts);
	t.true(texts.length >= 2);
});

test("a message that can never fit is rejected with an error that names both sizes", async (t) => {
	const full = await client(t, agent, { sendQueueSize: 256, sendType: "text/plain" });
	t.is(await full.send("x".repeat(1000)), "discarded");
	const [message] = (await full.next("error")) as [string];
	t.regex(message, /\b1000\b/);
	t.regex(message, /\b2[45]\d\b/);
	t.like(await full.counters(), { accepted: 0, discarded: 1 });
	// The queue is empty, so the series ends at once, and the next one emits its own error.
	await full.next("drain");
	t.is(await full.send("x".repeat(1001)), "discarded");
	await full.next("error");
	await full.next("drain");
	t.deepEqual(full.order, ["error", "drain", "error", "drain"]);
	t.is(await full.send("small"), "queued");
});

test("a message longer than the queue is sent in parts while nothing waits", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { sendType: "text/plain" });
	t.is(await open.send(onDevice.text("x", 70_000)), "queued");
	t.is(await open.send("behind it"), "queued");
	// Messages wait now.
	t.is(await open.send(onDevice.text("y", 70_000)), "discarded");
	t.is(await peer.message(), "x".repeat(70_000));
	t.is(await peer.message(), "behind it");
	await open.next("drain");
	t.is(await open.send(onDevice.text("z", 131_073)), "discarded");
	t.regex((await open.next("error"))[0] as string, /\b70000\b.*\b4092\b.*\b131072\b/);
	t.regex((await open.next("error"))[0] as string, /\b131073\b.*\b4092\b.*\b131072\b/);
	t.like(await open.counters(), { accepted: 2, sent: 2, discarded: 2, lost: 0 });
});

test("a message longer than the queue that was cut off is sent anew on the next connection", async (t) => {
	const { client: open, raw, server: peerServer } = await clientAndRaw(t, agent, { sendType: "text/plain" });
	// The peer does not read, so it cannot be sent at once.
	raw.socket.pause();
	t.is(await open.send(onDevice.text("x", 131_072)), "queued");
	raw.socket.resetAndDestroy();
	await open.next("close");
	await open.open();
	const next = await peerServer.webSocket();
	t.is((await next.readMessage()).text, "x".repeat(131_072));
	await open.next("drain");
	t.like(await open.counters(), { accepted: 1, sent: 1, lost: 0 });
});

test("sendQueueSize: 0 lets no message wait, and sends those that need not", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { sendQueueSize: 0 });
	t.is(await open.send("now"), "sent");
	t.is(await peer.message(), '"now"');
	const closed = await client(t, agent, { sendQueueSize: 0 });
	t.is(await closed.send("later"), "discarded");
	await closed.next("error");
});

test("sendQueueSize is 4096 by default", async (t) => {
	const plain = await client(t, agent, { sendType: "text/plain" });
	t.is(await plain.send("x".repeat(4000)), "queued");
	t.is(await plain.send("x".repeat(4000)), "discarded");
	const larger = await client(t, agent, { sendType: "text/plain", sendQueueSize: 8192 });
	t.is(await larger.send("x".repeat(4000)), "queued");
	t.is(await larger.send("x".repeat(4000)), "queued");
	const smaller = await client(t, agent, { sendType: "text/plain", sendQueueSize: 1000 });
	t.is(await smaller.send("x".repeat(4000)), "discarded");
});

test("the queue holds whole messages, also when they wrap around its end many times", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { sendQueueSize: 3000 });
	let n = 0;
	for (let round = 0; round < 20; round++) {
		const count = 25 + (round % 7);
		const [results] = await agent.run(burst(open, count, 300 + round * 17));
		const told = outcomes(results);
		for (let i = 0; i < count; i++) {
			if (told[i] === "discarded") continue;
			const message = (await peer.json()) as { n: number; pad: string };
			t.is(message.n, i);
			t.is(message.pad.length, 300 + round * 17);
			n++;
		}
		if (told.some((outcome) => outcome !== "sent")) await open.next("drain");
	}
	t.like(await open.counters(), { sent: n, accepted: n, waiting: 0 });
});

test("throttleFactor stalls send() for each message that then waits", async (t) => {
	const idle = await client(t, agent, { throttleFactor: 20 });
	const times = (await agent.run(
		{ do: "clock" },
		idle.step("send", 1),
		{ do: "clock" },
		idle.step("send", 2),
		{ do: "clock" },
		idle.step("send", 3),
		{ do: "clock" },
	)) as number[];
	const clocks = [times[0], times[2], times[4], times[6]] as number[];
	for (const waiting of [1, 2, 3]) {
		const stalled = (clocks[waiting] as number) - (clocks[waiting - 1] as number);
		t.true(stalled + 1 >= waiting * 20, `${stalled} ms with ${waiting} waiting`);
	}
});

test("throttleFactor does not stall messages that are sent at once, and is 0 unless given", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { throttleFactor: 100_000 });
	t.is(await open.send("quick"), "sent");
	t.is(await peer.json(), "quick");
	const plain = await client(t, agent, {});
	t.is(await plain.send("quick"), "queued");
});

test("a Socket queues what the window does not take", async (t) => {
	const { socket, peer } = await serverAndWs(t, agent, { sendQueueSize: 32768 });
	const [results] = await agent.run(burst(socket, 40, 500));
	t.true(outcomes(results).includes("queued"));
	for (let n = 0; n < 40; n++) t.is(((await peer.json()) as { n: number }).n, n);
	await socket.next("drain");
	t.deepEqual(socket.order, ["open", "drain"]);
});

test("a peer that pauses reading receives everything eventually", async (t) => {
	const peer = await rawServer(t);
	const open = await client(t, agent, { port: peer.port, sendQueueSize: 16384 });
	await open.open();
	const raw = await peer.webSocket();
	await open.next("open");
	raw.socket.pause();
	const [first] = await agent.run(burst(open, 50, 500));
	const accepted = outcomes(first).filter((outcome) => outcome !== "discarded").length;
	raw.socket.resume();
	for (let i = 0; i < accepted; i++) t.is(JSON.parse((await raw.readMessage()).text).n, i);
	t.true(accepted > 10);
});
