import test from "ava";
import { Agent } from "../../device/driver/driver.js";
import { rawServer, wsServer } from "../../device/driver/pairs.js";
import { onDevice } from "../../device/driver/wire.js";
import type { Step } from "../../device/protocol.js";
import { wsConnect } from "../../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

const rounds = 1000;
/** Allowed growth in slots: `trace`, the timers and the agent keep some memory temporarily. */
const tolerance = 200;

// Serial, because each measures the device's memory.
test.serial("a Client opens and closes a thousand times, and memory returns to where it was", async (t) => {
	const peer = await wsServer(t);
	let received = 0;
	peer.server.on("connection", (socket) => {
		socket.on("message", () => {
			received++;
		});
	});
	const client = await agent.client({ host: agent.peerHost, port: peer.port, timeBetweenRetries: 0 }, [
		"error",
	]);
	await agent.run(
		{ do: "define", name: "next round", steps: [client.step("open")] },
		quietly(client.name, "open", [client.step("send", 1), client.step("close")]),
		quietly(client.name, "close", [{ do: "run", name: "next round", times: rounds }]),
	);
	await client.listen("error", [{ do: "throw", message: "no error is expected" }]);
	// The first rounds are not measured, because they include one-time allocations.
	await agent.run({ do: "run", name: "next round" });
	const before = await memoryWhen(() => peer.count >= 100);
	await untilPeer(() => peer.count >= rounds && received >= rounds);
	const counters = await client.counters();
	t.like(counters, { accepted: rounds, sent: rounds, lost: 0, waiting: 0 });
	await untilPeer(() => peer.server.clients.size === 0);
	const after = await agent.memory();
	t.true(after.slots - before.slots < tolerance, `slots: ${before.slots} before, ${after.slots} after`);
	t.is(peer.count, rounds);
	t.deepEqual(client.events, []);
});

test.serial("a thousand Clients, each opened and closed once, leave no memory behind", async (t) => {
	const peer = await wsServer(t);
	const client = await agent.client({ host: agent.peerHost, port: peer.port }, []);
	await agent.run({
		do: "define",
		name: "another client",
		steps: [
			{ do: "release", on: client.name },
			client.construct({ host: agent.peerHost, port: peer.port }, []),
			quietly(client.name, "open", [client.step("close")]),
			quietly(client.name, "close", [{ do: "run", name: "another client", times: rounds }]),
			client.step("open"),
		],
	});
	await agent.run({ do: "run", name: "another client" });
	const before = await memoryWhen(() => peer.count >= 100);
	await untilPeer(() => peer.count >= rounds && peer.server.clients.size === 0);
	const after = await agent.memory();
	t.true(after.slots - before.slots < tolerance, `slots: ${before.slots} before, ${after.slots} after`);
	t.is(peer.count, rounds);
});

test.serial(
	"a Client that fails a thousand times can be opened in the end, and no memory is left behind",
	async (t) => {
		const peer = await rawServer(t);
		const client = await agent.client(
			{
				host: agent.peerHost,
				port: peer.port,
				numberOfRetries: rounds,
				timeBetweenRetries: 0,
				connectTimeout: 0,
			},
			["open", "error"],
		);
		await client.send("at last");
		await client.open();
		for (let round = 0; round < 100; round++) (await peer.connection()).reset();
		const before = await agent.memory();
		for (let round = 100; round < rounds; round++) (await peer.connection()).reset();
		const raw = await peer.webSocket();
		t.is((await raw.readMessage()).text, '"at last"');
		await client.next("open");
		const after = await agent.memory();
		t.true(after.slots - before.slots < tolerance, `slots: ${before.slots} before, ${after.slots} after`);
		t.deepEqual(client.order, ["open"]);
		await client.close();
	},
);

test.serial(
	"a Server serves a thousand clients one after the other, and memory returns to where it was",
	async (t) => {
		const server = await agent.server({ port: 0 }, ["listening", "error", "close"]);
		await agent.run(
			quietly(server.name, "connection", [
				quietly("argument", "message", [
					{ do: "call", on: "this", method: "send", arguments: [onDevice.argument(0)] },
				]),
			]),
		);
		const port = await server.listening();
		const serve = async (count: number) => {
			for (let round = 0; round < count; round++) {
				const peer = await wsConnect(agent.host, port);
				peer.send(String(round));
				t.is(await peer.json(), round);
				peer.socket.close(1000);
				t.is((await peer.closed()).code, 1000);
			}
		};
		await serve(100);
		const before = await agent.memory();
		await serve(rounds - 100);
		const after = await agent.memory();
		t.true(after.slots - before.slots < tolerance, `slots: ${before.slots} before, ${after.slots} after`);
		await server.stop();
		await server.next("close");
		t.deepEqual(server.order, ["listening", "close"]);
	},
);

test.serial("a Server starts and stops a thousand times", async (t) => {
	const server = await agent.server({ port: 0 }, ["error"]);
	await agent.run(
		{ do: "define", name: "start", steps: [server.step("start")] },
		quietly(server.name, "listening", [server.step("stop")]),
		{
			do: "listen",
			on: server.name,
			method: "on",
			event: "close",
			name: "stopped",
			steps: [{ do: "run", name: "start", times: rounds }],
		},
		{ do: "run", name: "start" },
	);
	for (let round = 0; round < rounds; round++) await server.ran("stopped");
	t.is(server.all("error").length, 0);
	t.is(server.all("ran stopped").length, rounds);
});

function quietly(on: string, event: string, steps: Step[]): Step {
	return { do: "listen", on, method: "on", event, name: `${on} ${event}`, quiet: true, steps };
}

/** Waits until `enough` returns true. The end of the device ends the wait. */
async function untilPeer(enough: () => boolean): Promise<void> {
	// Poll the device instead of using a timer: this throws if the device has ended or hangs.
	while (!enough()) await agent.run({ do: "clock" });
}

async function memoryWhen(enough: () => boolean): Promise<{ slots: number; chunks: number }> {
	await untilPeer(enough);
	return agent.memory();
}
