import test from "ava";
import { Agent } from "../../device/driver/driver.js";
import { clientAndRaw, clientAndWs, rawConnect, server, serverAndWs } from "../../device/driver/pairs.js";
import type { Counters } from "../../device/driver/remote.js";
import { long, onDevice } from "../../device/driver/wire.js";
import { frame, opcodes } from "../../support/frames.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

const values = [null, "", "grüße 日本 🙂", { n: 1, list: [1, 2, 3] }, "x".repeat(130)];

// Serial, because the windows apply to the device, not to a connection.
for (const size of [1, 2, 7, 1436]) {
	for (const splitReads of [false, true]) {
		const name = `windows of ${size} bytes${splitReads ? ", reads split" : ""}`;

		test.serial(`${name}: a Client talks with ws`, async (t) => {
			await agent.configure({ readWindow: size, writeWindow: size, splitReads });
			const { client, peer } = await clientAndWs(t, agent, { connectTimeout: 0 });
			for (const value of values) {
				await client.send(value);
				t.deepEqual(await peer.json(), value);
				peer.send(JSON.stringify(value));
				t.deepEqual((await client.next("message"))[0], value);
			}
			t.is(client.all("error").length, 0);
			await client.close(4000, "a reason");
			t.deepEqual(await peer.closed(), { code: 4000, reason: "a reason" });
			await client.next("close");
		});

		test.serial(`${name}: a Server talks with ws`, async (t) => {
			await agent.configure({ readWindow: size, writeWindow: size, splitReads });
			const { socket, peer } = await serverAndWs(t, agent);
			for (const value of values) {
				await socket.send(value);
				t.deepEqual(await peer.json(), value);
				peer.send(JSON.stringify(value));
				t.deepEqual((await socket.next("message"))[0], value);
			}
			peer.socket.close(4001, "another reason");
			t.deepEqual(await socket.next("close"), [4001, "another reason"]);
			t.is((await peer.closed()).code, 4001);
		});

		test.serial(`${name}: many messages in one turn arrive whole and in order`, async (t) => {
			await agent.configure({ readWindow: size, writeWindow: size, splitReads });
			const { client, peer } = await clientAndWs(t, agent, { connectTimeout: 0, sendType: "text/plain" });
			const [, counters] = (await agent.run(
				{
					do: "repeat",
					count: 50,
					steps: [client.step("send", onDevice.text("m", 30)), client.step("send", onDevice.text("n", 3))],
				},
				client.property("counters"),
			)) as [unknown, Counters];
			t.true(counters.waiting > 0);
			for (let n = 0; n < 50; n++) {
				t.is(await peer.message(), "m".repeat(30));
				t.is(await peer.message(), "nnn");
			}
			await client.next("drain");
			t.like(await client.counters(), { accepted: 100, sent: 100, waiting: 0 });
		});

		test.serial(`${name}: pings, fragments and UTF-8 cut anywhere`, async (t) => {
			await agent.configure({ readWindow: size, writeWindow: size, splitReads });
			const { client, raw } = await clientAndRaw(t, agent, { connectTimeout: 0, receiveType: "text/plain" });
			const text = "ä€🙂".repeat(20);
			const bytes = Buffer.from(text);
			raw.write(
				frame(opcodes.text, bytes.subarray(0, 3), { fin: false }),
				frame(opcodes.ping, "p".repeat(125)),
				frame(opcodes.continuation, bytes.subarray(3, 95), { fin: false }),
				frame(opcodes.continuation, bytes.subarray(95)),
			);
			t.is((await client.next("message"))[0], text);
			t.is((await raw.readFrameOf(opcodes.pong)).payload.toString(), "p".repeat(125));
			raw.send(opcodes.text, Buffer.from([0x61, 0xed, 0xa0, 0x80]));
			t.is((await raw.readClose()).code, 1007);
			await client.next("error");
		});

		test.serial(`${name}: a refused request is answered in full`, async (t) => {
			await agent.configure({ readWindow: size, writeWindow: size, splitReads });
			const only = await server(t, agent, { path: "/only" });
			const port = await only.listening();
			const raw = await rawConnect(t, agent, port);
			const head = await raw.request("/other");
			t.true(head.startsWith("HTTP/1.1 404 "), head);
			await raw.readEnd();
			t.is(Number(/\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]), raw.unread.length);
			t.deepEqual(only.order, ["listening"]);
		});
	}
}

test.serial("a ping is answered before the data that waits", async (t) => {
	await agent.configure({ readWindow: 5744, writeWindow: 1436, splitReads: false });
	const { client, raw } = await clientAndRaw(t, agent, { sendQueueSize: 300_000, sendType: "text/plain" });
	const count = 200;
	const sending = agent.run({ do: "repeat", count, steps: [client.step("send", onDevice.text("x", 1300))] });
	raw.send(opcodes.ping, "are you there");
	await sending;
	let before = 0;
	for (;;) {
		const { opcode, payload } = await raw.readFrame();
		if (opcode === opcodes.pong) {
			t.is(payload.toString(), "are you there");
			break;
		}
		before++;
	}
	t.true(before < count, `${before} messages of ${count} came before the pong`);
	await client.next("drain");
});

for (const size of [7, 1436]) {
	test.serial(`windows of ${size} bytes: a message of 16384 bytes each way`, async (t) => {
		await agent.configure({ readWindow: size, writeWindow: size, splitReads: false });
		const { client, peer } = await clientAndWs(t, agent, {
			connectTimeout: 0,
			sendQueueSize: 20000,
			maxMessageSize: 16384,
			sendType: "application/octet-stream",
			receiveType: "application/octet-stream",
		});
		await client.send(onDevice.bytes(16384));
		const expected = Buffer.from(Uint8Array.from({ length: 16384 }, (_, i) => i));
		t.deepEqual(await peer.message(), expected);
		peer.send(expected);
		t.deepEqual((await client.next("message"))[0], long(expected));
	});
}
