import test, { type ExecutionContext } from "ava";
import { Agent } from "../device/driver/driver.js";
import { clientAndRaw, clientAndWs, serverAndWs } from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";
import { opcodes } from "../support/frames.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** Bytes of a slot on 64 bits. */
const slotSize = 32;
const roles = ["Client", "Socket"] as const;

async function open(t: ExecutionContext, role: (typeof roles)[number], options: object = {}) {
	if (role === "Socket") {
		const { socket, peer } = await serverAndWs(t, agent, options);
		return { device: socket, peer };
	}
	const { client, peer } = await clientAndWs(t, agent, options);
	return { device: client, peer };
}

/** The bytes of the device's source. */
function bytesOf(length: number): Buffer {
	const bytes = Buffer.alloc(length);
	for (let index = 0; index < length; index++) bytes[index] = (index * 7 + (index >> 8) * 13) & 0xff;
	return bytes;
}

for (const role of roles) {
	for (const later of [false, true])
		test.serial(
			`${role}: 1 MB is sent from ${later ? "an asynchronous" : "a"} source, other messages behind it`,
			async (t) => {
				const { device, peer } = await open(t, role, { sendType: "text/plain" });
				const [outcome, behind] = await agent.run(
					device.step("sendChunks", { size: 1000, count: 1000, later }),
					device.step("send", "behind"),
				);
				t.deepEqual([outcome, behind], ["queued", "queued"]);
				const received = await peer.message();
				t.true(bytesOf(1_000_000).equals(received as Buffer));
				t.is(await peer.message(), "behind");
				t.deepEqual(await device.next("settled"), ["sent"]);
				await device.next("drain");
				t.like(await device.counters(), { sent: 2, accepted: 2, bytesSent: 1_000_006 });
				t.deepEqual(device.all("returned"), []);
			},
		);

	test.serial(`${role}: four messages from sources wait, and another one is discarded`, async (t) => {
		const { device, peer } = await open(t, role, { overflow: "drop-oldest" });
		await device.call("sendChunks", { size: 10, count: 1, later: true, holdAt: 0 });
		await device.next("held");
		for (let count = 0; count < 4; count++)
			t.is(await device.call("sendChunks", { size: 10, count: 1 }), "queued");
		t.is(await device.call("sendChunks", { size: 10, count: 1 }), "discarded");
		t.regex((await device.next("error"))[0] as string, /^4 messages from sources wait already/);
		await device.call("resumeChunks");
		for (let count = 0; count < 5; count++) {
			t.deepEqual(await peer.message(), bytesOf(10));
			t.deepEqual(await device.next("settled"), ["sent"]);
		}
		t.like(await device.counters(), { sent: 5, accepted: 5, discarded: 1, lost: 0 });
		t.is(await device.call("sendChunks", { size: 10, count: 1 }), "queued");
	});

	test.serial(`${role}: a peer that does not read holds the source back`, async (t) => {
		const { device, peer } = await open(t, role, { pingInterval: 0 });
		await device.call("sendChunks", { size: 500, count: 1 });
		await device.next("settled");
		await peer.message();
		peer.socket.pause();
		// More than the buffers of TCP on both sides hold.
		const [size, count] = [60_000, 300];
		await device.call("sendChunks", { size, count, tells: true });
		// Another connection works, and the source is not asked while it does.
		let asked = -1;
		for (let round = 0; round < 50 && asked !== device.all("asked").length; round++) {
			asked = device.all("asked").length;
			const witness = await open(t, role);
			await witness.device.send("hello");
			t.is(await witness.peer.message(), '"hello"');
			await witness.device.close();
			await witness.device.next("close");
		}
		t.true(asked < count, `${asked}`);
		t.is((await device.counters()).waiting, 1);
		peer.socket.resume();
		const received = (await peer.message()) as Buffer;
		t.true(bytesOf(size * count).equals(received));
		t.deepEqual(await device.next("settled"), ["sent"]);
	});

	test.serial(
		`${role}: a message from a source takes the same memory however long it is; pings pass, and messages wait`,
		async (t) => {
			// In the simulator what is on its way is a part of the device's memory, as it is not on a device.
			await agent.configure({ writeWindow: 1436, splitReads: false });
			t.teardown(() => agent.configure({ writeWindow: 8192, splitReads: false }));
			const { device, peer } = await open(t, role, { sendType: "text/plain" });
			// Nothing of this one is sent when its memory is measured.
			await device.call("sendChunks", { size: 10, count: 1, later: true, holdAt: 0 });
			await device.next("held");
			const before = await agent.memory();
			await device.call("resumeChunks");
			await device.next("settled");
			await peer.message();
			await device.call("sendChunks", { size: 1400, count: 2000, later: true, holdAt: 700 });
			await device.next("held");
			const during = await agent.memory();
			const used = (during.slots - before.slots) * slotSize + during.chunks - before.chunks;
			t.log(
				`${(during.slots - before.slots) * slotSize} bytes of slots, ${during.chunks - before.chunks} of chunks`,
			);
			t.true(used <= 512, `${used} bytes`);
			t.is(await device.send("behind"), "queued");
			const pong = new Promise((resolve) => peer.socket.once("pong", resolve));
			peer.socket.ping();
			await pong;
			t.is(peer.received.length, 1);
			await device.call("resumeChunks");
			t.true(bytesOf(2_800_000).equals((await peer.message()) as Buffer));
			t.is(await peer.message(), "behind");
		},
	);

	for (const later of [false, true]) {
		const kind = later ? "an asynchronous source" : "a source";

		test(`${role}: ${kind} that fails in the middle closes with 1011; its message is lost`, async (t) => {
			for (const fault of [{ throwAt: 5 }, { wrongAt: 5 }]) {
				const { device, peer } = await open(t, role);
				await device.call("sendChunks", { size: 500, count: 10, later, ...fault });
				t.is((await peer.closed()).code, 1011);
				t.regex((await device.next("error"))[0] as string, "throwAt" in fault ? /sensor is gone/ : /is 5/);
				await device.next("close");
				t.deepEqual(await device.next("settled"), ["lost"]);
				t.like(await device.counters(), { sent: 0, lost: 1, waiting: 0 });
				if ("wrongAt" in fault) await device.next("returned");
				else t.deepEqual(device.all("returned"), []);
				t.deepEqual(peer.received, []);
			}
		});

		test(`${role}: ${kind} that fails at once loses its message only`, async (t) => {
			const { device, peer } = await open(t, role, { sendType: "text/plain" });
			await agent.run(
				device.step("sendChunks", { size: 500, count: 10, later, throwAt: 0 }),
				device.step("send", "behind"),
			);
			t.is(await peer.message(), "behind");
			t.regex((await device.next("error"))[0] as string, /sensor is gone/);
			t.deepEqual(await device.next("settled"), ["lost"]);
			await device.next("drain");
			t.like(await device.counters(), { sent: 1, lost: 1, waiting: 0 });
			t.is(await device.isOpen(), true);
		});

		test(`${role}: ${kind} may be empty, or have empty pieces; text`, async (t) => {
			const { device, peer } = await open(t, role);
			await device.call("sendChunks", { size: 500, count: 0, later });
			t.deepEqual(await peer.message(), Buffer.alloc(0));
			await device.call("sendChunks", { size: 0, count: 5, later });
			t.deepEqual(await peer.message(), Buffer.alloc(0));
			await device.call("sendChunks", { size: 13, count: 4, later, binary: false });
			t.is(await peer.message(), "abcdefghijklmnopqrstuvwxyz".repeat(2));
		});
	}

	test(`${role}: close() in the middle loses the message and ends the source`, async (t) => {
		const { device, peer } = await open(t, role);
		await device.call("sendChunks", { size: 500, count: 10, later: true, holdAt: 5 });
		await device.call("sendChunks", { size: 500, count: 10 });
		await device.next("held");
		await device.call("close", 4000, "enough");
		t.deepEqual(await peer.closed(), { code: 4000, reason: "enough" });
		await device.next("close");
		t.deepEqual([await device.next("settled"), await device.next("settled")], [["lost"], ["lost"]]);
		for (let source = 0; source < 2; source++) await device.next("returned");
		t.like(await device.counters(), { sent: 0, lost: 2, waiting: 0 });
		await device.call("resumeChunks");
		t.deepEqual(peer.received, []);
	});

	test(`${role}: a connection that is lost in the middle loses the message`, async (t) => {
		const { device, peer } = await open(t, role);
		await device.call("sendChunks", { size: 500, count: 10, later: true, holdAt: 5 });
		await device.next("held");
		peer.socket.terminate();
		await device.next("close");
		t.deepEqual(await device.next("settled"), ["lost"]);
		await device.next("returned");
		await device.call("resumeChunks");
		t.like(await device.counters(), { sent: 0, lost: 1, waiting: 0 });
	});

	test(`${role}: overflow: a marker takes 4 bytes, and is the oldest message like any other`, async (t) => {
		const options = { sendType: "text/plain", sendQueueSize: 20, overflow: "drop-oldest" };
		const { device, peer } = await open(t, role, options);
		await device.call("sendChunks", { size: 500, count: 3, later: true, holdAt: 1 });
		await device.next("held");
		// The first one is on its way; the second one is discarded, and the text behind it stays.
		await device.call("sendChunks", { size: 500, count: 1 });
		t.is(await device.send("twelve bytes"), "queued");
		t.is(await device.send("four"), "queued");
		t.deepEqual(await device.next("settled"), ["lost"]);
		await device.next("returned");
		await device.call("resumeChunks");
		t.true(bytesOf(1500).equals((await peer.message()) as Buffer));
		t.deepEqual(await device.next("settled"), ["sent"]);
		await device.next("drain");
		const { accepted, sent, lost, discarded } = await device.counters();
		t.is(accepted, sent + lost);
		t.true(discarded > 0);
		await device.next("error");
	});

	test(`${role}: a queue without room for a marker discards the message`, async (t) => {
		for (const sendQueueSize of [0, 3]) {
			const { device } = await open(t, role, { sendQueueSize });
			t.is(await device.call("sendChunks", { size: 500, count: 3 }), "discarded");
			t.regex((await device.next("error"))[0] as string, /sendQueueSize/);
			t.like(await device.counters(), { accepted: 0, discarded: 1 });
			t.is(await device.isOpen(), true);
		}
	});

	test(`${role}: a piece that is longer than the window is sent in fragments, whatever the window`, async (t) => {
		const { device, peer } = await open(t, role);
		await device.call("sendChunks", { size: 100_000, count: 2 });
		t.true(bytesOf(200_000).equals((await peer.message()) as Buffer));
	});
}

for (const size of [1, 7, 1436])
	test.serial(`windows of ${size} bytes`, async (t) => {
		await agent.configure({ readWindow: size, writeWindow: size, splitReads: true });
		t.teardown(() => agent.configure({ readWindow: 5744, writeWindow: 8192, splitReads: false }));
		for (const role of roles) {
			const { device, peer } = await open(t, role, { connectTimeout: 0, sendType: "text/plain" });
			for (const later of [false, true]) {
				await device.call("sendChunks", { size: 100, count: 3, later });
				await device.send("behind");
				t.true(bytesOf(300).equals((await peer.message()) as Buffer));
				t.is(await peer.message(), "behind");
			}
		}
	});

test("fragments have at most 1436 bytes, and an empty one ends the message", async (t) => {
	const { client, raw } = await clientAndRaw(t, agent);
	await client.call("sendChunks", { size: 5000, count: 1 });
	const lengths: number[] = [];
	for (;;) {
		const { fin, opcode, payload } = await raw.readFrame();
		t.is(opcode, lengths.length ? opcodes.continuation : opcodes.binary);
		lengths.push(payload.length);
		if (fin) break;
	}
	// How wide the windows are is up to the platform.
	t.is(
		lengths.reduce((sum, length) => sum + length, 0),
		5000,
	);
	t.true(Math.max(...lengths) <= 1428, String(lengths));
	t.is(lengths.at(-1), 0);
});

test("a Client sends a message that has not started over its next connection", async (t) => {
	const { client, peer, server } = await clientAndWs(t, agent, { reconnect: { minimum: 10 } });
	await client.call("sendChunks", { size: 500, count: 3, later: true, holdAt: 0 });
	await client.next("held");
	peer.socket.terminate();
	await client.next("close");
	const next = await server.connection();
	await client.next("open");
	await client.call("resumeChunks");
	t.true(bytesOf(1500).equals((await next.message()) as Buffer));
	t.deepEqual(await client.next("settled"), ["sent"]);
	t.deepEqual(client.all("returned"), []);
});

test("before open() the message waits, or is discarded", async (t) => {
	const { server } = await clientAndWs(t, agent);
	const other = await agent.client({ host: agent.peerHost, port: server.port });
	t.is(await other.call("sendChunks", { size: 500, count: 3 }), "queued");
	await other.open();
	t.true(bytesOf(1500).equals((await (await server.connection()).message()) as Buffer));
	await other.close();
	const last = await agent.client({ discardMessagesBeforeOpen: true });
	t.is(await last.call("sendChunks", { size: 500, count: 3 }), "discarded");
});

test("an array is a source, and wrong arguments throw", async (t) => {
	const { client, peer } = await clientAndWs(t, agent);
	const bytes = bytesOf(1000);
	await client.call("sendFrom", [new Uint8Array(bytes.subarray(0, 400)), onDevice.bytes(256)]);
	const received = (await peer.message()) as Buffer;
	t.deepEqual(received.subarray(0, 400), bytes.subarray(0, 400));
	t.is(received.length, 656);
	for (const source of ["text", 5, null, undefined, {}, new Uint8Array(3)])
		await t.throwsAsync(client.call("sendFrom", source), { message: /the source is .*iterable/ });
	for (const [options, name] of [
		[{ binary: 1 }, /binary/],
		[{ onSettled: 1 }, /onSettled/],
		[5, /options/],
	] as const)
		await t.throwsAsync(client.call("sendFrom", [], options), { message: name });
	t.like(await client.counters(), { accepted: 1, discarded: 0 });
});
