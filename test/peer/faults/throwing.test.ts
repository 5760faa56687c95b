import test from "ava";
import { Agent } from "../../device/driver/driver.js";
import { client, rawServer, refusing, server } from "../../device/driver/pairs.js";
import { onDevice } from "../../device/driver/wire.js";
import { opcodes } from "../../support/frames.js";
import { wsConnect } from "../../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("a Client whose listeners all throw goes through its whole life", async (t) => {
	const peer = await rawServer(t);
	const troubled = await client(t, agent, {
		port: peer.port,
		timeBetweenRetries: 1,
		sendQueueSize: 128,
		maxMessageSize: 100,
	});
	for (const event of ["open", "message", "close", "error", "retry", "drain"]) {
		await troubled.listen(event, [{ do: "throw", message: `thrown from ${event} of ${troubled.name}` }]);
	}
	await troubled.send("waits");
	t.is(await troubled.send("x".repeat(200)), "discarded");
	await troubled.next("error");
	await troubled.open();
	(await peer.connection()).reset();
	await troubled.next("retry");
	const raw = await peer.webSocket();
	await troubled.next("open");
	t.is((await raw.readMessage()).text, '"waits"');
	await troubled.next("drain");
	raw.send(opcodes.text, '"one"');
	raw.send(opcodes.text, '"two"');
	t.is((await troubled.next("message"))[0], "one");
	t.is((await troubled.next("message"))[0], "two");
	await troubled.send("still works");
	t.is((await raw.readMessage()).text, '"still works"');
	raw.send(opcodes.text, "x".repeat(101));
	await troubled.next("error");
	t.is((await raw.readClose()).code, 1009);
	raw.end();
	await troubled.next("close");
	// It can be used again.
	await troubled.open();
	await peer.webSocket();
	await troubled.next("open");
	t.is(await troubled.isOpen(), true);
	t.deepEqual(
		troubled.order.filter((event) => !event.startsWith("ran ")),
		["error", "retry", "open", "drain", "message", "message", "error", "close", "open"],
	);
	for (const event of ["open", "message", "close", "error", "retry", "drain"]) {
		t.true(
			agent.traces.some((text) => text.includes(`thrown from ${event} of ${troubled.name}`)),
			`what the listener of ${event} threw is traced`,
		);
	}
});

test("a Client whose error listener throws when the attempts are used up can be opened again", async (t) => {
	const port = await refusing(t);
	const troubled = await client(t, agent, { port, numberOfRetries: 0 });
	await troubled.listen("error", [{ do: "throw", message: "thrown from the last error" }]);
	for (let round = 0; round < 3; round++) {
		await troubled.open();
		await troubled.next("error");
	}
	t.is(troubled.all("error").length, 3);
});

test("a Server and Sockets whose listeners all throw go through their whole lives", async (t) => {
	const troubled = await server(t, agent, { maxMessageSize: 100, sendQueueSize: 128 });
	const thrower = (event: string, of: string) => ({
		do: "listen" as const,
		on: of === "socket" ? "argument" : troubled.name,
		method: "on" as const,
		event,
		name: `thrower of ${event} of the ${of}`,
		steps: [{ do: "throw" as const, message: `thrown from ${event} of the ${of}` }],
	});
	await agent.run(...["listening", "connection", "error", "close"].map((event) => thrower(event, "server")));
	await troubled.listen(
		"connection",
		["open", "message", "error", "drain", "close"].map((event) => thrower(event, "socket")),
	);
	for (let round = 0; round < 2; round++) {
		const port = await troubled.listening();
		const peer = await wsConnect(agent.host, port);
		const socket = await troubled.connection();
		peer.send('"one"');
		t.is((await socket.next("message"))[0], "one");
		await agent.run({ do: "repeat", count: 500, steps: [socket.step("send", "x".repeat(80))] });
		await socket.next("drain");
		peer.send("x".repeat(101));
		t.is((await peer.closed()).code, 1009);
		await socket.next("close");
		await troubled.stop();
		await troubled.next("close");
		t.is(socket.order.at(-2), "close");
	}
	const events = ["listening", "connection", "close"].map((event) => `${event} of the server`);
	for (const event of ["open", "message", "error", "drain", "close"]) events.push(`${event} of the socket`);
	for (const event of events) {
		t.true(
			agent.traces.some((text) => text.includes(`thrown from ${event}`)),
			`what the listener of ${event} threw is traced`,
		);
	}
});

test("a value whose toJSON throws is the caller's exception, and nothing is queued", async (t) => {
	const idle = await client(t, agent, {});
	const error = await t.throwsAsync<Error>(() => idle.send(onDevice.throws), {
		message: "thrown from toJSON",
	});
	t.is(error?.name, "Error");
	t.like(await idle.counters(), { accepted: 0, waiting: 0, discarded: 0 });
});
