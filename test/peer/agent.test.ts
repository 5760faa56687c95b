import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { server, serverAndWs } from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";

// The other tests rely on this: every failure of the device is detected.

test("a device that aborts fails what waits at once, with its own message and stack", async (t) => {
	const agent = await Agent.start();
	const client = await agent.client();
	const waiting = client.next("open");
	await agent.run({
		do: "later",
		milliseconds: 1,
		name: "abort",
		steps: [{ do: "throw", message: "thrown out of a timer" }],
	});
	const error = await t.throwsAsync<Error>(waiting);
	t.regex(error?.message ?? "", /the device ended: .*thrown out of a timer[\s\S]*interpreter\.ts/);
	await t.throwsAsync(client.isOpen(), { message: /thrown out of a timer/ });
	await t.throwsAsync(agent.stop(), { message: /thrown out of a timer/ });
});

test("a broken rule fails the end of the run", async (t) => {
	const agent = await Agent.start();
	const { socket, peer } = await serverAndWs(t, agent);
	peer.socket.terminate();
	await socket.next("close");
	await socket.call("emit", "message", "late");
	await t.throwsAsync(agent.stop(), { message: /emitted "message" after "close"/ });
});

test("an exception of the device keeps its name and message", async (t) => {
	const agent = await Agent.start();
	t.teardown(() => agent.stop());
	await t.throwsAsync(agent.module("noSuchFunction"), { name: "TypeError", message: /noSuchFunction/ });
	const [first, second] = await agent.attempt(
		{ do: "get", on: "nobody", property: "x" },
		{ do: "give", value: 1 },
	);
	t.true(first !== undefined && "error" in first && first.error.message.includes("nobody"));
	t.deepEqual(second, { value: 1 });
});

test("values are unchanged after a round trip to the device", async (t) => {
	const agent = await Agent.start();
	t.teardown(() => agent.stop());
	const listening = await server(t, agent);
	const values = [
		null,
		true,
		-1.5,
		"grüße 日本 🙂 \ud800",
		[1, [2]],
		{ a: { b: "c" } },
		undefined,
		Number.NaN,
	];
	for (const value of values) {
		await listening.call("emit", "error", value);
		t.deepEqual((await listening.next("error"))[0], value);
	}
	const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
	for (const value of [bytes.buffer, bytes, onDevice.bytes(256)]) {
		await listening.call("emit", "error", value);
		const [back] = await listening.next("error");
		t.deepEqual(Buffer.from(back as ArrayBuffer), Buffer.from(bytes));
	}
});
