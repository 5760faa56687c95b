import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { rawConnect, server, serverAndWs } from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";
import type { Step } from "../device/protocol.js";
import { frame, opcodes } from "../support/frames.js";
import { wsConnect } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("connection gives an open Socket; its own open follows, then its messages", async (t) => {
	const { socket, peer } = await serverAndWs(t, agent);
	t.is(await socket.isOpen(), true);
	peer.send("1");
	await socket.next("message");
	t.deepEqual(socket.order, ["open", "message"]);
});

test("listeners added in the connection listener hear open and the first message", async (t) => {
	const listening = await server(t, agent);
	const listener = (event: string): Step => ({
		do: "listen",
		on: "argument",
		method: "on",
		event,
		name: `late listener of ${event}`,
		steps: [],
	});
	await listening.listen("connection", [listener("open"), listener("message")]);
	const raw = await rawConnect(t, agent, await listening.listening());
	raw.write(
		"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
		frame(opcodes.text, "1", { mask: true }),
	);
	const socket = await listening.connection();
	await socket.ran("late listener of open");
	await socket.ran("late listener of message");
	t.pass();
});

test("open of a Socket follows in the same turn as connection", async (t) => {
	const listening = await server(t, agent);
	await listening.listen("connection", [{ do: "later", milliseconds: 0, name: "next turn", steps: [] }]);
	const peer = await wsConnect(agent.host, await listening.listening());
	t.teardown(() => peer.socket.terminate());
	const socket = await listening.connection();
	const order = await agent.until(
		() => {
			const log = agent.log.map(({ of, event }) => `${of} ${event}`);
			return log.includes("next turn ran") ? log : undefined;
		},
		() => "the timer set in the connection listener did not fire",
	);
	t.true(order.includes(`${socket.name} open`), "open came before the next turn");
});

test("a Socket knows its peer's address, the path and the subprotocol", async (t) => {
	const { socket } = await serverAndWs(t, agent);
	t.is(await socket.get("remoteAddress"), "127.0.0.1");
	t.is(await socket.get("path"), "/");
	t.true(["", undefined].includes((await socket.get("protocol")) as string));
});

test("what is sent from the connection listener comes first", async (t) => {
	const listening = await server(t, agent);
	await listening.listen("connection", [
		{ do: "call", on: "argument", method: "send", arguments: [{ hello: "from the listener" }] },
	]);
	const peer = await wsConnect(agent.host, await listening.listening());
	t.teardown(() => peer.socket.terminate());
	t.deepEqual(await peer.json(), { hello: "from the listener" });
});

test("close() from inside the connection listener closes with 1000", async (t) => {
	const listening = await server(t, agent);
	await listening.listen("connection", [{ do: "call", on: "argument", method: "close", arguments: [] }]);
	const peer = await wsConnect(agent.host, await listening.listening());
	t.deepEqual(await peer.closed(), { code: 1000, reason: "" });
	const socket = await listening.connection();
	await socket.next("close");
	t.is(socket.order.at(-1), "close");
});

test("a server's types, limits and queue are those of its Sockets", async (t) => {
	const { socket, peer } = await serverAndWs(t, agent, {
		receiveType: "text/plain",
		sendType: "application/octet-stream",
		sendQueueSize: 256,
		maxMessageSize: 20,
		overflow: "drop-oldest",
	});
	peer.send('{"not":"parsed"}');
	t.is((await socket.next("message"))[0], '{"not":"parsed"}');
	await socket.send(Uint8Array.of(1, 2));
	t.deepEqual(await peer.message(), Buffer.from([1, 2]));
	const [results] = await agent.run({
		do: "repeat",
		count: 200,
		steps: [socket.step("send", onDevice.bytes(100))],
	});
	t.false((results as { value: string }[]).some(({ value }) => value === "discarded"));
	await socket.next("error");
	await socket.next("drain");
	const { accepted, sent, lost, discarded } = await socket.counters();
	t.is(accepted, sent + lost);
	t.true(sent < 201);
	t.true(lost + discarded > 0);
	peer.send("x".repeat(21));
	t.is((await peer.closed()).code, 1009);
	await socket.next("close");
});

test("an echo server echoes, in order, from inside its message listeners", async (t) => {
	const listening = await server(t, agent);
	await listening.listen("connection", [
		{
			do: "listen",
			on: "argument",
			method: "on",
			event: "message",
			name: "echo",
			quiet: true,
			steps: [{ do: "call", on: "this", method: "send", arguments: [onDevice.argument(0)] }],
		},
	]);
	const peer = await wsConnect(agent.host, await listening.listening());
	t.teardown(() => peer.socket.terminate());
	for (let n = 0; n < 100; n++) peer.send(JSON.stringify({ n }));
	for (let n = 0; n < 100; n++) t.deepEqual(await peer.json(), { n });
	const socket = await listening.connection();
	t.like(await socket.counters(), { received: 100, accepted: 100, sent: 100, lost: 0 });
});
