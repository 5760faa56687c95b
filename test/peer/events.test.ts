import test from "ava";
import { Agent } from "../device/driver/driver.js";
import {
	client,
	clientAndRaw,
	clientAndWs,
	rawServer,
	refusing,
	server,
	serverAndWs,
} from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";
import { closePayload, frame, opcodes } from "../support/frames.js";
import { wsConnect } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

for (const method of ["on", "addListener"] as const) {
	test(`${method} adds a listener that hears every event`, async (t) => {
		const { client: open, peer } = await clientAndWs(t, agent);
		const name = await open.listen("message", [open.step("isOpen")], method);
		peer.send("1");
		peer.send("2");
		t.deepEqual(await open.ran(name), [{ value: true }]);
		t.deepEqual(await open.ran(name), [{ value: true }]);
	});
}

test("once adds a listener that hears one event", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	const name = await open.listen("message", [open.step("isOpen")], "once");
	for (const text of ["1", "2", "3"]) peer.send(text);
	for (const value of [1, 2, 3]) t.deepEqual((await open.next("message"))[0], value);
	t.is(open.all(`ran ${name}`).length, 1);
});

for (const method of ["off", "removeListener"] as const) {
	test(`${method} removes a listener`, async (t) => {
		const { client: open, peer } = await clientAndWs(t, agent);
		const removed = await open.listen("message", []);
		const kept = await open.listen("message", []);
		peer.send("1");
		await open.ran(kept);
		await open.unlisten("message", removed, method);
		peer.send("2");
		await open.ran(kept);
		t.is(open.all(`ran ${removed}`).length, 1);
	});
}

test("a listener added with once can be removed before the event", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	const name = await open.listen("message", [], "once");
	await open.unlisten("message", name);
	peer.send("1");
	await open.next("message");
	t.is(open.all(`ran ${name}`).length, 0);
});

test("removeAllListeners removes those of one event, or all", async (t) => {
	const { client: open } = await clientAndWs(t, agent);
	t.is(await open.call("listenerCount", "message"), 1);
	await open.listen("message", []);
	t.is(await open.call("listenerCount", "message"), 2);
	await open.call("removeAllListeners", "message");
	t.is(await open.call("listenerCount", "message"), 0);
	t.is(await open.call("listenerCount", "close"), 1);
	await open.call("removeAllListeners");
	t.is(await open.call("listenerCount", "close"), 0);
	t.is(await open.call("listenerCount", "never heard of"), 0);
});

test("emit calls the listeners with its arguments, in the order of adding, and returns whether there are any", async (t) => {
	const quiet = await client(t, agent, {}, []);
	t.is(await quiet.call("emit", "greeting"), false);
	const first = await quiet.listen("greeting", [
		{ do: "give", value: onDevice.argument(0) },
		{ do: "give", value: onDevice.argument(1) },
	]);
	const second = await quiet.listen("greeting", []);
	t.is(await quiet.call("emit", "greeting", 1, "two"), true);
	t.deepEqual(await quiet.ran(first), [{ value: 1 }, { value: "two" }]);
	await quiet.ran(second);
	t.deepEqual(quiet.order, [`ran ${first}`, `ran ${second}`]);
});

for (const method of ["on", "addListener", "once"]) {
	test(`${method} gives the emitter, for chaining, and refuses what is no function`, async (t) => {
		const quiet = await client(t, agent, {});
		t.is(await quiet.call(method, "message", onDevice.function), quiet);
		t.is(await quiet.call("off", "message", onDevice.function), quiet);
		await t.throwsAsync(() => quiet.call(method, "message", "no function"), { name: "TypeError" });
		await t.throwsAsync(() => quiet.call(method, "message"), { name: "TypeError" });
	});
}

test("a listener removed by another during an event is still called for that event, as in Node", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	const remover = await open.listen("message", [
		{ do: "unlisten", on: open.name, method: "off", event: "message", name: `${open.name} listener 2` },
	]);
	const removed = await open.listen("message", []);
	peer.send("1");
	peer.send("2");
	await open.ran(remover);
	await open.ran(remover);
	t.is(open.all(`ran ${removed}`).length, 1);
});

test("a listener added during an event hears the next one", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	await open.listen(
		"message",
		[{ do: "listen", on: "this", method: "on", event: "message", name: "added", steps: [] }],
		"once",
	);
	peer.send("1");
	await open.next("message");
	peer.send("2");
	await open.next("message");
	await open.ran("added");
	t.is(open.all("ran added").length, 1);
});

test("a listener that throws is traced, and the remaining listeners run", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	await open.listen("message", [{ do: "throw", message: "the listener of this test threw" }]);
	const after = await open.listen("message", [open.step("isOpen")]);
	peer.send('"a"');
	t.deepEqual(await open.ran(after), [{ value: true }]);
	t.regex(await agent.traced(/the listener of this test threw/), /message/);
	peer.send('"b"');
	t.deepEqual((await open.next("message"))[0], "a");
	t.deepEqual((await open.next("message"))[0], "b");
});

test("a listener for error that throws is traced as any other", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, numberOfRetries: 0 });
	await failing.listen("error", [{ do: "throw", message: "thrown from an error listener" }]);
	const after = await failing.listen("error", []);
	await failing.open();
	await failing.ran(after);
	await agent.traced(/thrown from an error listener/);
	t.pass();
});

test("an error without a listener is traced and ignored", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, numberOfRetries: 0 }, ["retry"]);
	await failing.open();
	await agent.traced(new RegExp(`\\b${port}\\b`));
	t.is(await failing.isOpen(), false);
	const calm = await client(t, agent, {}, []);
	await calm.call("emit", "error", "emitted by hand");
	await agent.traced(/emitted by hand/);
});

test("an error event carries a message string", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, numberOfRetries: 0 });
	await failing.open();
	const [message] = await failing.next("error");
	t.is(typeof message, "string");
});

// The agent fails the test run if an event is emitted inside one of these calls.
test("nothing is emitted from inside open, send, close, start and stop", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { sendQueueSize: 64 });
	await agent.run(
		open.step("send", onDevice.text("x", 1000)),
		open.step("send", 1),
		open.step("close"),
		open.step("close"),
	);
	await open.next("close");
	await peer.closed();
	const port = await refusing(t);
	const failing = await client(t, agent, { port, numberOfRetries: 1, timeBetweenRetries: 1 });
	await agent.run(failing.step("open"), failing.step("open"), failing.step("close"), failing.step("open"));
	await failing.next("error");
	const listening = await server(t, agent);
	await agent.run(
		listening.step("start"),
		listening.step("start"),
		listening.step("stop"),
		listening.step("stop"),
	);
	await listening.next("close");
	t.pass();
});

test("open, then messages, then close: the order of a connection's events", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent);
	peer.send("1");
	peer.send("2");
	peer.socket.close(1000, "enough");
	t.deepEqual(await open.next("close"), [1000, "enough"]);
	t.deepEqual(open.order, ["open", "message", "message", "close"]);
	t.deepEqual(
		open.all("message").map(([value]) => value),
		[1, 2],
	);
});

test("messages in the same segment as the handshake's answer come after open", async (t) => {
	const peer = await rawServer(t);
	const early = await client(t, agent, { port: peer.port });
	await early.open();
	const raw = await peer.connection();
	await raw.accept(
		"",
		Buffer.concat([
			frame(opcodes.text, "1"),
			frame(opcodes.text, "2"),
			frame(opcodes.close, closePayload(1001, "soon")),
		]),
	);
	t.deepEqual(await early.next("close"), [1001, "soon"]);
	t.deepEqual(early.order, ["open", "message", "message", "close"]);
});

test("after close nothing more is emitted for a connection", async (t) => {
	const { client: open, raw } = await clientAndRaw(t, agent);
	await agent.run(open.step("send", "x"), open.step("close"));
	raw.send(1, '"late"');
	await raw.readClose();
	raw.send(1, '"later"');
	raw.send(8, Buffer.from([3, 232]));
	await open.next("close");
	raw.reset();
	// After a complete further connection, all events of the first one have been emitted.
	const { client: witness, peer } = await clientAndWs(t, agent);
	peer.socket.close();
	await witness.next("close");
	t.is(open.order.at(-1), "close");
});

test("a Server and a Socket are EventEmitters too", async (t) => {
	const { server: listening, socket, peer } = await serverAndWs(t, agent);
	const heard = await socket.listen("message", [], "once");
	peer.send("1");
	await socket.ran(heard);
	t.is(await listening.call("listenerCount", "connection"), 1);
	t.is(await socket.call("listenerCount", "message"), 1);
	t.is(await socket.call("emit", "message", 7), true);
	t.deepEqual(
		socket.all("message").map(([value]) => value),
		[1, 7],
	);
});

test("every listener of a server and its sockets may throw and the server goes on", async (t) => {
	const broken = await server(t, agent);
	for (const event of ["listening", "connection"]) {
		await broken.listen(event, [{ do: "throw", message: `thrown from ${event}` }]);
	}
	await broken.listen("connection", [
		...["open", "message", "close"].map((event) => ({
			do: "listen" as const,
			on: "argument",
			method: "on" as const,
			event,
			name: `thrower of ${event}`,
			steps: [{ do: "throw" as const, message: `thrown from ${event} of a socket` }],
		})),
	]);
	const port = await broken.listening();
	for (let round = 0; round < 2; round++) {
		const peer = await wsConnect(agent.host, port);
		const socket = await broken.connection();
		peer.send("1");
		await socket.next("message");
		peer.socket.close(1000);
		await socket.next("close");
		t.deepEqual(
			socket.order.filter((event) => !event.startsWith("ran ")),
			["open", "message", "close"],
		);
	}
	for (const event of [
		"listening",
		"connection",
		"open of a socket",
		"message of a socket",
		"close of a socket",
	]) {
		t.true(
			agent.traces.some((text) => text.includes(`thrown from ${event}`)),
			event,
		);
	}
});
