import { once } from "node:events";
import test from "ava";
import { WebSocketServer } from "ws";
import { Agent } from "../device/driver/driver.js";
import { client, clientAndRaw, refusing } from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";
import { peerAddress } from "../support/peeraddress.js";
import { WsServer } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

const stalling = { do: "run", name: "stalling" } as const;

test.serial(
	"a client that stalls at every message connects to a server that starts late, and sends them all",
	async (t) => {
		const { port, server: early } = await WsServer.listen();
		early.close();
		await once(early, "close");
		const late = await client(t, agent, {
			port,
			connectTimeout: undefined,
			throttleFactor: 500,
			numberOfRetries: 1000,
			timeBetweenRetries: 100,
		});
		// Send a message in every turn until the connection is open: the second one stalls for as long as connectTimeout.
		// On the SDK's simulator use a delay: while a timer is always due, it never polls its sockets.
		const milliseconds = process.env["XS_WEB_SOCKET_TARGET"] === undefined ? 0 : 30;
		const sending = { do: "run", name: "sending" } as const;
		const message = late.step("send", { n: 1 });
		await late.listen("open", [{ do: "define", name: "sending", steps: [] }]);
		await agent.run(
			{
				do: "define",
				name: "sending",
				steps: [message, { do: "later", milliseconds, name: "next", steps: [sending] }],
			},
			late.step("open"),
			sending,
		);
		await late.next("retry");
		const server = new WebSocketServer({ host: peerAddress, port });
		await once(server, "listening");
		t.teardown(() => {
			for (const peer of server.clients) peer.terminate();
			server.close();
		});
		await late.next("open");
		await late.next("drain");
		t.like(await late.counters(), { waiting: 0, lost: 0, discarded: 0 });
		t.false(late.order.includes("error"));
	},
);

test.serial("connectTimeout still ends an attempt that nobody answers, while send() stalls", async (t) => {
	const waiting = await client(t, agent, {
		host: "no-answer.invalid",
		connectTimeout: 100,
		numberOfRetries: 0,
		throttleFactor: 30,
	});
	await agent.configure({ hosts: { "no-answer.invalid": "hang" } });
	await agent.run(waiting.step("open"), { do: "repeat", count: 5, steps: [waiting.step("send", 1)] });
	t.deepEqual((await waiting.next("retry"))[1], "no connection within 100 ms (connectTimeout)");
	await waiting.next("error");
});

test.serial("one send() stalls for 1000 ms at most", async (t) => {
	const idle = await client(t, agent, { port: await refusing(t), throttleFactor: 0x7fffffff });
	const [start, , end] = (await agent.run({ do: "clock" }, idle.step("send", onDevice.text("x", 10)), {
		do: "clock",
	})) as [number, unknown, number];
	t.true(end - start + 1 >= 1000);
	// Without the limit, the stall would end the device or the test.
	t.is(await idle.isOpen(), false);
});

test.serial(
	"the close frame of a violation leaves whole, be the window narrow and the device slow",
	async (t) => {
		await agent.configure({ writeWindow: 1 });
		const { client: open, raw } = await clientAndRaw(t, agent);
		await agent.configure({ writeWindow: 8192 });
		const slow = await client(
			t,
			agent,
			{ throttleFactor: 60, sendQueueSize: 8, overflow: "drop-oldest", port: await refusing(t) },
			[],
		);
		// In each turn the device stalls and sends one byte: in total longer than the time that a peer has to read.
		await agent.run(
			{
				do: "define",
				name: "stalling",
				steps: [slow.step("send", 1), { do: "later", milliseconds: 0, name: "next", steps: [stalling] }],
			},
			stalling,
		);
		raw.send(3, "a reserved opcode");
		const { code, reason } = await raw.readClose();
		t.is(code, 1002);
		t.true(reason.length > 10);
		await agent.run({ do: "define", name: "stalling", steps: [] });
		raw.end();
		t.is((await open.next("close"))[0], 1002);
	},
);
