import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { client, clientAndWs, rawServer, refusing, wsServer } from "../device/driver/pairs.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** Returns the pauses between the times, plus one millisecond for the rounding of two clocks. */
function pauses(times: number[]): number[] {
	return times.slice(1).map((time, i) => time - (times[i] as number) + 1);
}

test("open() while waiting for the next attempt does nothing", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, numberOfRetries: 2, timeBetweenRetries: 60 });
	await failing.listen("retry", [failing.step("open")]);
	await failing.open();
	const [message] = await failing.next("error");
	t.regex(message as string, /\b3\b/);
	t.true(pauses(failing.times("retry")).every((pause) => pause >= 60));
});

test("when all attempts are used up there is one error with host, port, attempts and the last reason", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, numberOfRetries: 2, timeBetweenRetries: 10 });
	await failing.open();
	const [message] = (await failing.next("error")) as [string];
	t.true(message.includes(agent.peerHost), message);
	t.true(message.includes(String(port)), message);
	t.regex(message.replace(String(port), "PORT"), /\b3\b/);
	t.is(failing.order.filter((event) => event === "error").length, 1);
	t.false(failing.order.includes("close"));
	t.is(await failing.isOpen(), false);
});

test("a failed attempt emits retry with its number and the reason", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, numberOfRetries: 3, timeBetweenRetries: 10 });
	await failing.open();
	await failing.next("error");
	const retries = failing.all("retry");
	t.deepEqual(
		retries.map(([attempt]) => attempt),
		[1, 2, 3, 4],
	);
	t.true(retries.every(([, reason]) => typeof reason === "string" && reason.length > 0));
	t.deepEqual(failing.order, ["retry", "retry", "retry", "retry", "error"]);
});

test("numberOfRetries: 0 is one attempt", async (t) => {
	const peer = await rawServer(t);
	const failing = await client(t, agent, { port: peer.port, numberOfRetries: 0, timeBetweenRetries: 0 });
	await failing.open();
	(await peer.connection()).reset();
	await failing.next("error");
	t.is(peer.count, 1);
	// The next connection at the peer comes from this open(): there was no attempt in between.
	await failing.open();
	(await peer.connection()).reset();
	await failing.next("error");
	t.is(peer.count, 2);
});

test("numberOfRetries is 10 unless given", async (t) => {
	const peer = await rawServer(t);
	const failing = await client(t, agent, { port: peer.port, timeBetweenRetries: 1 });
	await failing.open();
	for (let attempt = 0; attempt < 11; attempt++) (await peer.connection()).reset();
	const [message] = await failing.next("error");
	t.regex((message as string).replace(String(peer.port), "PORT"), /\b11\b/);
	t.is(peer.count, 11);
});

test("timeBetweenRetries passes after a failure, and is 500 ms unless given", async (t) => {
	const port = await refusing(t);
	const unspecified = await client(t, agent, { port, numberOfRetries: 2 });
	const slower = await client(t, agent, { port, numberOfRetries: 2, timeBetweenRetries: 900 });
	const quicker = await client(t, agent, { port, numberOfRetries: 2, timeBetweenRetries: 200 });
	await agent.run(slower.step("open"), unspecified.step("open"), quicker.step("open"));
	const ends = await Promise.all(
		[quicker, unspecified, slower].map(async (failing) => {
			await failing.next("error");
			return failing.times("error")[0] as number;
		}),
	);
	t.deepEqual(
		[...ends].sort((a, b) => a - b),
		ends,
		"200, 500 and 900 ms end in this order",
	);
	for (const [failing, interval] of [
		[quicker, 200],
		[unspecified, 500],
		[slower, 900],
	] as const) {
		const times = [...failing.times("retry").slice(0, 2), failing.times("error")[0] as number];
		t.true(
			pauses(times).every((pause) => pause >= interval),
			`${pauses(times)} for ${interval}`,
		);
	}
});

test("timeBetweenRetries: 0 tries again at once", async (t) => {
	const peer = await wsServer(t, { verifyClient: () => peer.server.clients.size > 0 || ++refused > 3 });
	let refused = 0;
	const stubborn = await client(t, agent, { port: peer.port, timeBetweenRetries: 0 });
	await stubborn.open();
	await stubborn.next("open");
	t.deepEqual(stubborn.order, ["retry", "retry", "retry", "open"]);
});

test("retries go on until the peer is there, and then the queue is sent", async (t) => {
	const peer = await rawServer(t);
	const stubborn = await client(t, agent, { port: peer.port, timeBetweenRetries: 20 });
	t.is(await stubborn.send({ n: 1 }), "queued");
	await stubborn.open();
	for (let attempt = 0; attempt < 3; attempt++) (await peer.connection()).reset();
	const raw = await peer.webSocket();
	t.is((await raw.readMessage()).text, '{"n":1}');
	await stubborn.next("drain");
	t.deepEqual(stubborn.order, ["retry", "retry", "retry", "open", "drain"]);
});

test("after the last attempt queued messages stay, and a later open() starts afresh and sends them", async (t) => {
	const peer = await rawServer(t);
	const failing = await client(t, agent, { port: peer.port, numberOfRetries: 1, timeBetweenRetries: 1 });
	await failing.send({ n: 1 });
	await failing.open();
	for (let attempt = 0; attempt < 2; attempt++) (await peer.connection()).reset();
	await failing.next("error");
	t.like(await failing.counters(), { accepted: 1, waiting: 1, sent: 0, lost: 0 });
	await failing.send({ n: 2 });
	await failing.open();
	(await peer.connection()).reset();
	const raw = await peer.webSocket();
	t.is((await raw.readMessage()).text, '{"n":1}');
	t.is((await raw.readMessage()).text, '{"n":2}');
	t.deepEqual(failing.all("retry").at(-1)?.[0], 1, "attempts are counted afresh");
	t.is(failing.all("error").length, 1);
});

test("open() from inside an error listener starts afresh", async (t) => {
	const peer = await rawServer(t);
	const again = await client(t, agent, { port: peer.port, numberOfRetries: 0 });
	await again.listen("error", [again.step("open")], "once");
	await again.open();
	(await peer.connection()).reset();
	await peer.webSocket();
	await again.next("open");
	t.is(peer.count, 2);
});

test("a connection that was lost is not opened again by itself", async (t) => {
	const { client: lost, peer, server } = await clientAndWs(t, agent, { timeBetweenRetries: 1 });
	peer.socket.terminate();
	t.deepEqual((await lost.next("close"))[0], 1006);
	const port = await refusing(t);
	const witness = await client(t, agent, { port, numberOfRetries: 5, timeBetweenRetries: 20 });
	await witness.open();
	await witness.next("error");
	t.is(server.count, 1);
	t.deepEqual(lost.order, ["open", "close"]);
});

test("attempts start at least timeBetweenRetries apart, whoever calls open()", async (t) => {
	const interval = 150;
	const closing = await wsServer(t);
	closing.server.on("connection", (socket) => socket.close(1013));
	const refusingPort = await refusing(t);
	for (const [port, event] of [
		[closing.port, "close"],
		[refusingPort, "error"],
	] as const) {
		const hasty = await client(t, agent, { port, timeBetweenRetries: interval, numberOfRetries: 0 });
		await hasty.listen(event, [hasty.step("open")]);
		const [start] = (await agent.run({ do: "clock" }, hasty.step("open"))) as [number];
		for (let ends = 0; ends < 6; ends++) await hasty.next(event);
		// The attempt with this index cannot have ended before it was due to start.
		hasty.times(event).forEach((end, index) => {
			t.true(end - start + 1 >= index * interval, `${event} ${index} came after ${end - start} ms`);
		});
		await hasty.close();
	}
});

test("open() and close() in turn start no more attempts than that", async (t) => {
	const peer = await rawServer(t);
	const hasty = await client(t, agent, { port: peer.port, timeBetweenRetries: 60_000 });
	await hasty.open();
	await (await peer.connection()).readHead();
	await agent.run({ do: "repeat", count: 50, steps: [hasty.step("close"), hasty.step("open")] });
	const witness = await client(t, agent, {
		port: await refusing(t),
		numberOfRetries: 4,
		timeBetweenRetries: 30,
	});
	await witness.open();
	await witness.next("error");
	t.is(peer.count, 1);
	t.is(hasty.all("close").length, 50, "each open() that was taken back has its close");
});
