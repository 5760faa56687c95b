import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { clientAndRaw, clientAndWs, serverAndRaw, serverAndWs } from "../device/driver/pairs.js";
import { long } from "../device/driver/wire.js";
import { opcodes } from "../support/frames.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** Bytes of a slot on 64 bits. */
const slotSize = 32;
const megabyte = 1_000_000;
/** Most bytes of a chunk. */
const longestChunk = 1448;

type Role = "Client" | "Socket";
const roles = ["Client", "Socket"] as const;

/** Opens a connection in either role, with `ws` as its peer. */
async function open(t: Parameters<typeof clientAndWs>[0], role: Role, options: object = {}) {
	if (role === "Socket") {
		const { socket, peer } = await serverAndWs(t, agent, options);
		return { device: socket, peer };
	}
	const { client, peer } = await clientAndWs(t, agent, options);
	return { device: client, peer };
}

async function openRaw(t: Parameters<typeof clientAndRaw>[0], role: Role, options: object = {}) {
	if (role === "Socket") {
		const { socket, raw } = await serverAndRaw(t, agent, options);
		return { device: socket, raw };
	}
	const { client, raw } = await clientAndRaw(t, agent, options);
	return { device: client, raw };
}

/** Bytes without a period that a chunk could have. */
function bytesOf(length: number): Buffer {
	const bytes = Buffer.alloc(length);
	for (let index = 0; index < length; index++) bytes[index] = (index * 7 + (index >> 8) * 13) & 0xff;
	return bytes;
}

/** What the device reports of a message, beside the number and the length of its chunks. */
function reportOf(bytes: Buffer): object {
	const { length } = bytes;
	const { checksum } = long(bytes.filter((_, index) => index % 61 === 0));
	return { length, checksum, firsts: 1 };
}

for (const role of roles) {
	for (const habit of ["fast", "later"])
		test.serial(
			`${role}: 1 MB arrives in chunks, the listener ${habit}; text and short messages between`,
			async (t) => {
				const { device, peer } = await open(t, role, { maxMessageSize: 100 });
				await device.call("receiveChunks", habit);
				const sent = [bytesOf(megabyte), Buffer.alloc(0), Buffer.from("short"), bytesOf(5000)];
				for (const bytes of sent) {
					peer.send(bytes);
					peer.send('{"text":true}');
				}
				for (const bytes of sent) {
					const [message] = (await device.next("received")) as [{ longest: number; chunks: number }];
					t.like(message, reportOf(bytes));
					t.true(message.longest <= longestChunk);
					t.true(message.chunks >= bytes.length / longestChunk);
					t.deepEqual((await device.next("message"))[0], { text: true });
				}
				const received = device.order.filter((event) => event !== "open");
				t.deepEqual(
					received,
					sent.flatMap(() => ["received", "message"]),
				);
				const { received: count, bytesReceived } = await device.counters();
				t.is(count, 2 * sent.length);
				t.is(
					bytesReceived,
					sent.reduce((sum, { length }) => sum + length + 13, 0),
				);
			},
		);

	test.serial(
		`${role}: a listener that waits holds the peer back, in 4 KB of memory, and pings wait with it`,
		async (t) => {
			// In the simulator the window is a part of the device's memory, as it is not on a device.
			await agent.configure({ readWindow: 1436, splitReads: false });
			t.teardown(() => agent.configure({ readWindow: 5744, splitReads: false }));
			const { device, peer } = await open(t, role, { pingInterval: 0 });
			// Memory that is allocated once.
			await device.call("receiveChunks", "later");
			peer.send(bytesOf(20_000));
			await device.next("received");
			const before = await agent.memory();
			await device.call("receiveChunks", "hold", megabyte / 2);
			// More than the buffers of TCP on both sides hold.
			const bytes = bytesOf(16 * megabyte);
			peer.send(bytes);
			const [length] = (await device.next("held")) as [number];
			t.true(length > megabyte / 2);
			const during = await agent.memory();
			const slots = (during.slots - before.slots) * slotSize;
			const chunks = during.chunks - before.chunks;
			t.log(`${slots} bytes of slots, ${chunks} of chunks`);
			t.true(slots + chunks <= 4096, `${slots + chunks} bytes`);
			// The device's other connections work, and nothing more arrives.
			const witness = await open(t, role);
			witness.peer.send('"hello"');
			t.is((await witness.device.next("message"))[0], "hello");
			t.true(peer.socket.bufferedAmount > 0);
			let isAnswered = false;
			peer.socket.once("pong", () => {
				isAnswered = true;
			});
			peer.socket.ping();
			await witness.device.close();
			await witness.device.next("close");
			t.true(peer.socket.bufferedAmount > 0);
			t.false(isAnswered);
			t.is((await device.counters()).bytesReceived, 20_000 + length);
			t.is(device.all("received").length, 1);
			peer.socket.terminate();
			await device.call("resumeChunks");
			await device.next("close");
		},
	);

	test(`${role}: what waited behind a listener arrives when its promise is resolved`, async (t) => {
		const { device, raw } = await openRaw(t, role, { receiveType: "text/plain" });
		await device.call("receiveChunks", "hold", 3);
		raw.send(opcodes.binary, "hello", { fin: false });
		raw.send(opcodes.ping, "between");
		raw.send(opcodes.continuation, " world", { fin: false });
		raw.send(opcodes.continuation, "");
		raw.send(opcodes.text, "behind");
		t.is((await device.next("held"))[0], 5);
		t.deepEqual(device.all("message"), []);
		await device.call("resumeChunks");
		t.is((await raw.readFrameOf(opcodes.pong)).payload.toString(), "between");
		t.like((await device.next("received"))[0], reportOf(Buffer.from("hello world")));
		t.is((await device.next("message"))[0], "behind");
	});

	for (const habit of ["throw", "reject"])
		test(`${role}: a listener that ${habit}s closes with 1011, and the exception is traced`, async (t) => {
			const { device, peer } = await open(t, role);
			await device.call("receiveChunks", habit, 5000);
			const traces = agent.traces.length;
			peer.send(bytesOf(20_000));
			t.is((await peer.closed()).code, 1011);
			t.regex((await device.next("error"))[0] as string, /chunk/);
			await device.next("close");
			t.deepEqual(device.order, ["open", "error", "close"]);
			t.true(agent.traces.slice(traces).some((text) => text.includes("the flash is full")));
		});

	test(`${role}: close() while the listener waits completes the closing handshake`, async (t) => {
		const { device, peer } = await open(t, role, { closeTimeout: 60_000 });
		await device.call("receiveChunks", "hold", 5000);
		peer.send(bytesOf(200_000));
		await device.next("held");
		await device.call("close", 4000, "enough");
		t.like(await peer.closed(), { code: 4000 });
		t.deepEqual(await device.next("close"), [4000, "enough"]);
		await device.call("resumeChunks");
		t.deepEqual(device.all("received"), []);
	});

	test(`${role}: the peer's close waits behind the listener, and a message that is cut off is none`, async (t) => {
		const { device, raw } = await openRaw(t, role);
		await device.call("receiveChunks", "hold", 3);
		raw.send(opcodes.binary, "hello", { fin: false });
		raw.send(opcodes.close, Buffer.from([0x0f, 0xa0]));
		await device.next("held");
		t.is(await device.isOpen(), true);
		await device.call("resumeChunks");
		t.deepEqual(await device.next("close"), [4000, ""]);
		const { received, bytesReceived } = await device.counters();
		t.deepEqual([received, bytesReceived], [0, 5]);
	});

	test(`${role}: the silence of a listener that waits is not the peer's`, async (t) => {
		// Both on the same device: the witness loses its connection to a peer that is silent.
		const options = { pingInterval: 200, pongTimeout: 200 };
		const { device, raw } = await openRaw(t, role, options);
		await device.call("receiveChunks", "hold", 3);
		raw.send(opcodes.binary, "hello", { fin: false });
		await device.next("held");
		const witness = await openRaw(t, role, options);
		await witness.device.next("close");
		const second = await openRaw(t, role, options);
		await second.device.next("close");
		t.is(await device.isOpen(), true);
		await device.call("resumeChunks");
		raw.send(opcodes.continuation, "!");
		t.like((await device.next("received"))[0], reportOf(Buffer.from("hello!")));
	});

	test(`${role}: a message that has started is emitted; without a listener messages are emitted again`, async (t) => {
		const { device, raw } = await openRaw(t, role, { receiveType: "application/octet-stream" });
		raw.send(opcodes.binary, "one, ", { fin: false });
		raw.send(opcodes.ping, "1");
		await raw.readFrameOf(opcodes.pong);
		await device.call("receiveChunks", "fast");
		raw.send(opcodes.continuation, "two");
		t.is(Buffer.from((await device.next("message"))[0] as ArrayBuffer).toString(), "one, two");
		raw.send(opcodes.binary, "three");
		t.like((await device.next("received"))[0], reportOf(Buffer.from("three")));
		raw.send(opcodes.binary, "drop", { fin: false });
		raw.send(opcodes.ping, "2");
		await raw.readFrameOf(opcodes.pong);
		await device.call("receiveChunks", null);
		raw.send(opcodes.continuation, "ped");
		raw.send(opcodes.binary, "four");
		t.is(Buffer.from((await device.next("message"))[0] as ArrayBuffer).toString(), "four");
	});
}

test("a Client that connects again begins with a first chunk", async (t) => {
	const { client, peer, server } = await clientAndWs(t, agent, { reconnect: { minimum: 10 } });
	await client.call("receiveChunks", "hold", 5000);
	peer.send(bytesOf(16 * megabyte));
	await client.next("held");
	peer.socket.terminate();
	await client.call("resumeChunks");
	await client.next("close");
	const next = await server.connection();
	await client.next("open");
	next.send(bytesOf(3000));
	t.like((await client.next("received"))[0], reportOf(bytesOf(3000)));
});

test.serial("reads of any size, and windows of any size", async (t) => {
	for (const size of [1, 7, 1436]) {
		await agent.configure({ readWindow: size, writeWindow: size, splitReads: true });
		for (const role of roles) {
			const { device, peer } = await open(t, role, { connectTimeout: 0 });
			await device.call("receiveChunks", "later");
			for (const length of [0, 1, 125, 126, 300]) {
				peer.send(bytesOf(length));
				t.like((await device.next("received"))[0], reportOf(bytesOf(length)));
			}
		}
	}
	await agent.configure({ readWindow: 5744, writeWindow: 5744, splitReads: false });
});

test("wrong arguments throw", async (t) => {
	const client = await agent.client({});
	await t.throwsAsync(client.call("receiveWrongly", 5), { message: /listener is 5.*function/ });
	const server = await agent.server({ port: 0 });
	await t.throwsAsync(server.call("receiveChunks", "fast"), { message: /Client or a Socket/ });
});
