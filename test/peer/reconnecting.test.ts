import test from "ava";
import { Agent } from "../device/driver/driver.js";
import {
	client,
	clientAndRaw,
	clientAndWs,
	nothingFollows,
	rawServer,
	refusing,
	serverAndRaw,
	wsServer,
} from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";
import { closePayload, opcodes } from "../support/frames.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** Short pauses, without chance: 20, 40, 80, 100, 100 ms. */
const reconnect = { minimum: 10, maximum: 100, factor: 2, jitter: 0 };

test("a connection that was lost is opened again by itself, and the queue is sent", async (t) => {
	const { client: lost, peer, server } = await clientAndWs(t, agent, { reconnect });
	t.is(await lost.send(1), "sent");
	t.is(await peer.message(), "1");
	await lost.listen("close", [lost.step("send", 2)]);
	peer.socket.terminate();
	const next = await server.connection();
	t.is(await next.message(), "2");
	await lost.next("drain");
	t.deepEqual(
		lost.order.filter((event) => !event.startsWith("ran ")),
		["open", "close", "open", "drain"],
	);
	t.like(await lost.counters(), { accepted: 2, sent: 2, waiting: 0, lost: 0 });
	next.socket.close(1001, "restart");
	await server.connection();
	t.deepEqual(lost.all("close"), [
		[1006, ""],
		[1001, "restart"],
	]);
});

test("attempts go on, with growing pauses, until the server is there", async (t) => {
	const { client: lost, raw, server } = await clientAndRaw(t, agent, { reconnect });
	raw.reset();
	for (let attempt = 0; attempt < 4; attempt++) (await server.connection()).reset();
	await server.webSocket();
	await lost.next("open");
	t.deepEqual(
		lost.all("retry").map(([attempt, , failure]) => [attempt, (failure as { delay: number }).delay]),
		[
			[1, 40],
			[2, 80],
			[3, 100],
			[4, 100],
		],
	);
	const times = lost.times("retry");
	const pauses = times.slice(1).map((time, index) => time - (times[index] as number) + 1);
	[40, 80, 100].forEach((pause, index) => {
		t.true((pauses[index] as number) >= pause, `${pauses}`);
	});
	t.false(lost.order.includes("error"));
});

test("after the attempts of numberOfRetries comes error, with the pause, and attempts go on", async (t) => {
	const server = await rawServer(t);
	const options = { port: server.port, numberOfRetries: 1, timeBetweenRetries: 1, reconnect };
	const first = await client(t, agent, options);
	await first.open();
	for (let attempt = 0; attempt < 4; attempt++) (await server.connection()).reset();
	await server.webSocket();
	await first.next("open");
	t.deepEqual(first.order, ["retry", "retry", "error", "retry", "retry", "open"]);
	t.like(first.all("error")[0]?.[1], { permanent: false, delay: 20 });
});

test("a refusal by ws with 401 is permanent: one error with its status, and no further attempt", async (t) => {
	const server = await wsServer(t, { verifyClient: () => false });
	const refused = await client(t, agent, { port: server.port, timeBetweenRetries: 1, reconnect });
	await refused.open();
	const [message, failure] = await refused.next("error");
	t.regex(message as string, /401 Unauthorized/);
	t.like(failure as object, { permanent: true, status: 401 });
	await nothingFollows(t, agent, 30);
	t.deepEqual(refused.order, ["retry", "error"]);
	t.deepEqual(refused.all("retry")[0]?.[2], failure);
});

test("408, 425, 429 and 5xx are temporary, other 4xx are not", async (t) => {
	const server = await rawServer(t);
	const refused = await client(t, agent, { port: server.port, timeBetweenRetries: 1, reconnect });
	await refused.open();
	for (const status of [408, 425, 429, 500, 502, 503, 404]) {
		const connection = await server.connection();
		await connection.readHead();
		connection.write(`HTTP/1.1 ${status} No\r\n\r\n`);
	}
	await refused.next("error");
	t.deepEqual(
		refused.all("retry").map(([, , failure]) => {
			const { status, permanent } = failure as { status: number; permanent: boolean };
			return [status, permanent];
		}),
		[408, 425, 429, 500, 502, 503, 404].map((status) => [status, status === 404]),
	);
	t.is(server.count, 7);
});

test("429 and 503 are followed by the pause that Retry-After asks for, as seconds or as a date", async (t) => {
	const server = await rawServer(t);
	const refused = await client(t, agent, { port: server.port, timeBetweenRetries: 1, reconnect });
	await refused.open();
	const date = "Date: Fri, 27 Nov 2026 08:00:00 GMT\r\n";
	for (const fields of ["Retry-After: 1\r\n", `${date}Retry-After: Fri, 27 Nov 2026 08:00:01 GMT\r\n`]) {
		const connection = await server.connection();
		await connection.readHead();
		connection.write(`HTTP/1.1 503 Busy\r\n${fields}\r\n`);
	}
	await server.webSocket();
	await refused.next("open");
	const failures = refused.all("retry").map(([, , failure]) => failure as { delay: number });
	t.like(failures[0], { status: 503, retryAfter: 1000, headers: { "retry-after": "1" }, permanent: false });
	t.like(failures[1], { status: 503, retryAfter: 1000 });
	t.true(failures.every(({ delay }) => delay === 1001));
	const [first, second] = refused.times("retry") as [number, number];
	const opened = refused.times("open")[0] as number;
	t.true(second - first >= 1000 && opened - second >= 1000);
});

test("a redirect is refused, with its target; a temporary one is tried again", async (t) => {
	const server = await rawServer(t);
	const refused = await client(t, agent, { port: server.port, timeBetweenRetries: 1, reconnect });
	await refused.open();
	for (const status of [302, 307, 308]) {
		const connection = await server.connection();
		await connection.readHead();
		connection.write(`HTTP/1.1 ${status} Moved\r\nLocation: ws://elsewhere.example/\r\n\r\n`);
	}
	const [message, failure] = await refused.next("error");
	t.regex(message as string, /redirects to "ws:\/\/elsewhere.example\/", which is not followed/);
	t.like(failure as object, { headers: { location: "ws://elsewhere.example/" }, permanent: true });
	t.is(server.count, 3);
});

test("a subprotocol that was not offered is permanent", async (t) => {
	const server = await rawServer(t);
	const refused = await client(t, agent, { port: server.port, reconnect, protocols: "one" });
	await refused.open();
	await server.webSocket("Sec-WebSocket-Protocol: two\r\n");
	const [message, failure] = await refused.next("error");
	t.regex(message as string, /chose the subprotocol "two"/);
	t.deepEqual(failure, { permanent: true });
	await nothingFollows(t, agent, 30);
	t.is(server.count, 1);
});

for (const code of [1002, 1003, 1007, 1008, 1010])
	test(`the close code ${code} is permanent: one error, and no further attempt`, async (t) => {
		const { client: closed, peer, server } = await clientAndWs(t, agent, { reconnect });
		peer.socket.close(code, "policy");
		t.deepEqual(await closed.next("close"), [code, "policy"]);
		await nothingFollows(t, agent, 30);
		t.deepEqual(closed.order, ["open", "error", "close"]);
		t.deepEqual(closed.all("error")[0]?.[1], { code, permanent: true });
		t.is(server.count, 1);
	});

test("a violation of the server is one error, and permanent", async (t) => {
	const { client: closed, raw, server } = await clientAndRaw(t, agent, { reconnect });
	raw.send(opcodes.text, Uint8Array.of(0xff));
	t.is((await raw.readClose()).code, 1007);
	raw.end();
	t.is((await closed.next("close"))[0], 1007);
	await nothingFollows(t, agent, 30);
	t.deepEqual(closed.order, ["open", "error", "close"]);
	t.is(server.count, 1);
});

for (const code of [1012, 1013])
	test(`after a close with ${code} the pause is long`, async (t) => {
		const options = { reconnect: { minimum: 10, maximum: 700, factor: 1, jitter: 0 } };
		const { client: closed, raw, server } = await clientAndRaw(t, agent, options);
		raw.send(opcodes.close, closePayload(code));
		raw.end();
		await server.webSocket();
		await closed.next("open");
		const pause = (closed.times("open")[1] as number) - (closed.times("close")[0] as number);
		t.true(pause + 1 >= 700, `${pause}`);
	});

test("close() while waiting for the next attempt ends it", async (t) => {
	const options = { reconnect: { ...reconnect, minimum: 100 } };
	const { client: closed, raw, server } = await clientAndRaw(t, agent, options);
	await closed.listen("close", [closed.step("close")], "once");
	raw.reset();
	await closed.next("close");
	t.deepEqual(await closed.next("close"), [1006, ""]);
	await nothingFollows(t, agent, 60);
	t.is(server.count, 1);
	await closed.open();
	await server.webSocket();
	await closed.next("open");
	t.is(await closed.isOpen(), true);
});

test("after close() by the app nothing follows", async (t) => {
	const { client: closed, server } = await clientAndWs(t, agent, { reconnect });
	await closed.close();
	await closed.next("close");
	await nothingFollows(t, agent, 30);
	t.is(server.count, 1);
});

test("a dead connection is given up after pongTimeout, and opened again", async (t) => {
	const options = { reconnect, pingInterval: 50, pongTimeout: 50 };
	const { client: dead, server } = await clientAndRaw(t, agent, options);
	const next = await server.connection();
	t.deepEqual(dead.order, ["open", "error", "close"]);
	await next.accept();
	await dead.next("open");
});

test("functions give each attempt its own path, headers and subprotocols; an exception is a failed attempt", async (t) => {
	const server = await rawServer(t);
	const refused = await client(t, agent, {
		port: server.port,
		timeBetweenRetries: 1,
		path: onDevice.returns("/one", { throws: "no token" }, "/three"),
		headers: onDevice.returns({ Authorization: "Bearer 1" }, { Authorization: "Bearer 2" }),
		protocols: onDevice.returns(null, ["chat"]),
	});
	await refused.open();
	const first = await server.connection();
	t.regex(await first.readHead(), /^GET \/one [\s\S]*\r\nAuthorization: Bearer 1\r\n/);
	first.reset();
	const third = await (await server.connection()).accept("Sec-WebSocket-Protocol: chat\r\n");
	t.regex(third, /^GET \/three [\s\S]*\r\nSec-WebSocket-Protocol: chat\r\nAuthorization: Bearer 2\r\n/);
	await refused.next("open");
	t.is(refused.all("retry")[1]?.[1], "no token");
	t.is(await refused.get("protocol"), "chat");
});

test("url may be a function", async (t) => {
	const one = await rawServer(t);
	const two = await rawServer(t);
	const url = (port: number) => `ws://${agent.peerHost}:${port}/`;
	const moving = await client(t, agent, {
		host: null,
		timeBetweenRetries: 1,
		url: onDevice.returns(url(one.port), url(two.port)),
	});
	await moving.open();
	(await one.connection()).reset();
	await two.webSocket();
	await moving.next("open");
	t.is(one.count, 1);
});

test("the hosts of a list are tried in turn", async (t) => {
	const server = await rawServer(t);
	const host = ["nowhere.invalid", agent.peerHost];
	const turning = await client(t, agent, { host, port: server.port, timeBetweenRetries: 1, reconnect });
	await turning.open();
	const raw = await server.webSocket();
	await turning.next("open");
	raw.reset();
	await server.webSocket();
	await turning.next("open");
	t.deepEqual(
		turning.all("retry").map(([, reason]) => /nowhere\.invalid|connectTimeout/.test(reason as string)),
		[true, true],
	);
});

test("every failed attempt tells its pause, and the last one that there is none", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, numberOfRetries: 1, timeBetweenRetries: 15 });
	await failing.open();
	const [, failure] = await failing.next("error");
	t.deepEqual(failure, { permanent: false });
	t.deepEqual(
		failing.all("retry").map((values) => values[2]),
		[{ permanent: false, delay: 15 }, { permanent: false }],
	);
});

test("bufferedAmount and onSettled: queued messages count until they are sent, or lost", async (t) => {
	const { client: lost, raw, server } = await clientAndRaw(t, agent, { reconnect });
	raw.reset();
	await lost.next("close");
	await agent.run(
		lost.step("send", "one", { onSettled: onDevice.traces("fate of one: ") }),
		lost.step("send", [2]),
	);
	t.is(await lost.get("bufferedAmount"), 8);
	const next = await server.webSocket();
	await lost.next("drain");
	await agent.traced(/^fate of one: sent$/m);
	t.is(await lost.get("bufferedAmount"), 0);
	next.reset();
	await lost.next("close");
	await agent.run(
		lost.step("send", "three", { onSettled: onDevice.traces("fate of three: ") }),
		lost.step("close"),
	);
	await agent.traced(/^fate of three: lost$/m);
	t.is(await lost.get("bufferedAmount"), 0);
});

test("a Socket has bufferedAmount and onSettled, too", async (t) => {
	const { socket, raw } = await serverAndRaw(t, agent, { sendQueueSize: 20_000 });
	raw.socket.pause();
	const { length } = JSON.stringify("x".repeat(1000));
	const step = socket.step("send", "x".repeat(1000), { onSettled: onDevice.traces("socket: ") });
	// In one turn of the device, so that nothing leaves the queue meanwhile.
	const [outcomes, waiting] = (await agent.run(
		{ do: "repeat", count: 100, steps: [step] },
		socket.property("bufferedAmount"),
		socket.step("close"),
	)) as [{ value: string }[], number];
	const queued = outcomes.filter(({ value }) => value === "queued").length;
	t.true(queued > 0);
	t.true(waiting > 0 && waiting <= queued * length, `${waiting} of ${queued}`);
	raw.reset();
	await socket.next("close");
	await agent.traced(/^socket: lost$/m);
	t.is(await socket.get("bufferedAmount"), 0);
});
