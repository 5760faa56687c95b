import test from "ava";
import { boundedMemory, servesOthers } from "../../device/driver/attack.js";
import { Agent } from "../../device/driver/driver.js";
import { clientAndRaw, rawConnect, server, serverAndRaw } from "../../device/driver/pairs.js";
import { frame, opcodes } from "../../support/frames.js";
import type { RawConnection } from "../../support/rawconnection.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

// Serial, because the memory is shared by the device.
test.serial("a request head of 1 MB gets 431 and costs no memory", async (t) => {
	const listening = await server(t, agent);
	const raw = await rawConnect(t, agent, await listening.listening());
	await boundedMemory(t, agent, async () => {
		raw.write(`GET / HTTP/1.1\r\nX-Long: ${"x".repeat(2 ** 20)}`);
		const head = await raw.readHead();
		t.true(head.startsWith("HTTP/1.1 431 "), head);
		await raw.readEnd();
	});
	await servesOthers(agent, listening);
});

test.serial(
	"request heads that come slowly, on all connections but one, leave the last to others",
	async (t) => {
		const listening = await server(t, agent, { maxConnections: 4, handshakeTimeout: 3000 });
		const port = await listening.listening();
		const slow = await Promise.all([1, 2, 3].map(() => rawConnect(t, agent, port)));
		const dribble = setInterval(() => {
			for (const raw of slow) if (!raw.ended) raw.write("x");
		}, 20);
		t.teardown(() => clearInterval(dribble));
		for (let round = 0; round < 3; round++) await servesOthers(agent, listening);
		for (const raw of slow) await raw.readEnd();
		await servesOthers(agent, listening);
		t.is(listening.all("connection").length, 4);
	},
);

test.serial("a frame that announces 2^40 bytes costs no memory", async (t) => {
	const { server: listening, socket, raw } = await serverAndRaw(t, agent);
	await boundedMemory(t, agent, async () => {
		raw.send(opcodes.binary, Buffer.alloc(50_000), { length: 2 ** 40 });
		t.is((await raw.readClose()).code, 1009);
		await socket.next("error");
	});
	await servesOthers(agent, listening);
});

test.serial("a million one-byte fragments are refused at maxMessageSize", async (t) => {
	const { server: listening, socket, raw } = await serverAndRaw(t, agent);
	await boundedMemory(t, agent, async () => {
		raw.send(opcodes.text, "x", { fin: false });
		const fragment = frame(opcodes.continuation, "x", { fin: false, mask: true });
		const many = Buffer.concat(new Array(1000).fill(fragment));
		for (let i = 0; i < 1000; i++) raw.write(many);
		t.is((await raw.readClose()).code, 1009);
		await socket.next("error");
	});
	await servesOthers(agent, listening);
});

test.serial("a hundred thousand empty fragments cost no memory, and the message arrives", async (t) => {
	const { server: listening, socket, raw } = await serverAndRaw(t, agent);
	await boundedMemory(t, agent, async () => {
		raw.send(opcodes.text, '"patience', { fin: false });
		const many = Buffer.concat(
			new Array(1000).fill(frame(opcodes.continuation, "", { fin: false, mask: true })),
		);
		for (let i = 0; i < 100; i++) raw.write(many);
		raw.send(opcodes.continuation, '"');
		t.is((await socket.next("message"))[0], "patience");
	});
	await servesOthers(agent, listening);
});

test.serial(
	"pings without end from a peer that does not read cost no memory, and others are served",
	async (t) => {
		const { server: listening, socket, raw } = await serverAndRaw(t, agent);
		raw.socket.pause();
		await boundedMemory(t, agent, async () => {
			const many = Buffer.concat(new Array(1000).fill(frame(opcodes.ping, "p".repeat(125), { mask: true })));
			for (let i = 0; i < 50; i++) raw.write(many);
			await servesOthers(agent, listening);
		});
		raw.socket.resume();
		raw.send(opcodes.text, '"after all"');
		t.is((await socket.next("message"))[0], "after all");
		t.is((await raw.readFrameOf(opcodes.pong)).payload.toString(), "p".repeat(125));
		t.is(await socket.isOpen(), true);
	},
);

test.serial(
	"a hundred connection attempts at once at a server for four: four are served, the others turned away",
	async (t) => {
		const listening = await server(t, agent);
		const port = await listening.listening();
		const answers = await Promise.all(
			Array.from({ length: 100 }, async () => {
				const raw = await rawConnect(t, agent, port);
				// With so many at once, some get no response.
				return { raw, head: await raw.request().catch(() => "no answer") };
			}),
		);
		const statuses = answers.map(({ head }) => /^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? head);
		t.is(statuses.filter((status) => status === "101").length, 4);
		t.true(statuses.includes("503"));
		t.deepEqual(
			statuses.filter((status) => !["101", "503", "no answer"].includes(status)),
			[],
		);
		const sockets = [];
		for (let i = 0; i < 4; i++) sockets.push(await listening.connection());
		for (const { raw, head } of answers) {
			if (head.startsWith("HTTP/1.1 101")) raw.reset();
			else await raw.readEnd();
		}
		for (const socket of sockets) await socket.next("close");
		await servesOthers(agent, listening);
		t.is(listening.all("error").length, 0);
	},
);

test.serial("messages from a peer that are never read back by it cost no more than the queue", async (t) => {
	const { server: listening, socket, raw } = await serverAndRaw(t, agent, { sendQueueSize: 4096 });
	await socket.listen("message", [socket.step("send", "x".repeat(1000))]);
	raw.socket.pause();
	const flood = async () => {
		const many = Buffer.concat(new Array(100).fill(frame(opcodes.text, "1", { mask: true })));
		for (let i = 0; i < 10; i++) raw.write(many);
		for (let i = 0; i < 1000; i++) await socket.next("message");
	};
	// Not measured: the agent's reports of the first thousand messages also take memory, which is then reused.
	await flood();
	await boundedMemory(t, agent, async () => {
		for (let round = 0; round < 3; round++) await flood();
		await servesOthers(agent, listening);
	});
	raw.reset();
	await socket.next("close");
	const { accepted, sent, lost, waiting } = await socket.counters();
	t.is(accepted, sent + lost + waiting);
});

test.serial(
	"a server that answers with a head without end fails the attempt and costs no memory",
	async (t) => {
		const { server: peer } = await clientAndRaw(t, agent);
		const waiting = await agent.client({
			host: agent.peerHost,
			port: peer.port,
			numberOfRetries: 0,
			connectTimeout: 5000,
		});
		await waiting.open();
		const raw: RawConnection = await peer.connection();
		await raw.readHead();
		await boundedMemory(t, agent, async () => {
			raw.write(`HTTP/1.1 101 Switching Protocols\r\nX-Long: ${"x".repeat(2 ** 20)}`);
			await raw.readEnd();
			await waiting.next("error");
		});
		t.false(waiting.order.includes("open"));
	},
);
