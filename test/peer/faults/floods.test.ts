import test, { type ExecutionContext } from "ava";
import { boundedMemory, servesOthers } from "../../device/driver/attack.js";
import { Agent } from "../../device/driver/driver.js";
import { client, rawConnect, rawServer, server } from "../../device/driver/pairs.js";
import type { RemoteClient, RemoteSocket } from "../../device/driver/remote.js";
import { closePayload, frame, opcodes } from "../../support/frames.js";
import type { RawConnection } from "../../support/rawconnection.js";
import { wsRefused } from "../../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

type Role = "Client" | "Socket";

/** Reported events. Messages are not among them, because there are too many. */
const watch = ["listening", "connection", "open", "close", "error"];

interface Pair {
	connection: RemoteClient | RemoteSocket;
	raw: RawConnection;
	/** True if the peer masks its frames. */
	mask: boolean;
}

/** Opens a connection of either role for plain text. */
async function pairOf(t: ExecutionContext, role: Role): Promise<Pair> {
	const options = { receiveType: "text/plain", sendType: "text/plain" };
	if (role === "Socket") {
		const listening = await server(t, agent, options, watch);
		const raw = await rawConnect(t, agent, await listening.listening());
		await raw.upgrade();
		return { connection: await listening.connection(), raw, mask: true };
	}
	const peer = await rawServer(t);
	const connection = await client(t, agent, { ...options, port: peer.port }, watch);
	await connection.open();
	const raw = await peer.webSocket();
	await connection.next("open");
	return { connection, raw, mask: false };
}

/** Waits until the device has received the given number of messages. */
async function received(connection: Pair["connection"], count: number): Promise<void> {
	while ((await connection.counters()).received < count);
}

function repeated(bytes: Buffer, times: number): Buffer {
	return Buffer.concat(new Array(times).fill(bytes));
}

/** Attacks twice and checks the memory growth of the second attack: some buffers of the agent grow once. */
async function twice(t: ExecutionContext, role: Role, attack: (pair: Pair) => Promise<void>): Promise<void> {
	await attack(await pairOf(t, role));
	await boundedMemory(t, agent, async () => attack(await pairOf(t, role)));
}

// Serial, because the memory is shared by the device.
for (const role of ["Client", "Socket"] as const) {
	/** The default of maxMessageSize. */
	const longest = role === "Client" ? 8192 : 4096;

	test.serial(
		`${role}: a message as long as allowed in fragments of one byte arrives, text and binary`,
		(t) =>
			twice(t, role, async ({ connection, raw, mask }) => {
				for (const [index, opcode] of [opcodes.text, opcodes.binary].entries()) {
					raw.send(opcode, "x", { fin: false });
					raw.write(repeated(frame(opcodes.continuation, "x", { fin: false, mask }), longest - 2));
					raw.send(opcodes.continuation, "x");
					await received(connection, index + 1);
				}
				t.is((await connection.counters()).bytesReceived, 2 * longest);
				t.is(await connection.isOpen(), true);
			}),
	);

	test.serial(`${role}: pongs that nobody asked for, without end, are taken and forgotten`, (t) =>
		twice(t, role, async ({ connection, raw, mask }) => {
			for (let count = 0; count < 20; count++)
				raw.write(repeated(frame(opcodes.pong, "p".repeat(125), { mask }), 1000));
			raw.send(opcodes.text, "at last");
			await received(connection, 1);
			t.is(raw.unread.length, 0);
		}),
	);

	test.serial(`${role}: pings without end, whose pongs are read, are answered to the last`, (t) =>
		twice(t, role, async ({ connection, raw, mask }) => {
			for (let count = 0; count < 20; count++) raw.write(repeated(frame(opcodes.ping, "p", { mask }), 1000));
			raw.send(opcodes.ping, "the last");
			for (;;) {
				const { opcode, payload } = await raw.readFrame();
				if (opcode !== opcodes.pong) t.fail(`opcode ${opcode}`);
				if (payload.toString() === "the last") break;
			}
			t.is(await connection.isOpen(), true);
		}),
	);

	test.serial(`${role}: ten thousand messages in one go are received one by one`, (t) =>
		twice(t, role, async ({ connection, raw, mask }) => {
			const many = repeated(frame(opcodes.text, "1", { mask }), 1000);
			for (let count = 0; count < 10; count++) raw.write(many);
			await received(connection, 10000);
			t.is((await connection.counters()).received, 10000);
		}),
	);

	test.serial(`${role}: close frames without end are one close`, (t) =>
		twice(t, role, async ({ connection, raw, mask }) => {
			raw.write(repeated(frame(opcodes.close, closePayload(4000, "again"), { mask }), 5000));
			t.is((await raw.readClose()).code, 4000);
			raw.end();
			t.deepEqual(await connection.next("close"), [4000, "again"]);
			t.deepEqual(connection.order, ["open", "close"]);
		}),
	);

	test.serial(`${role}: bytes without end after a violation are dropped until the connection ends`, (t) =>
		twice(t, role, async ({ connection, raw }) => {
			raw.send(opcodes.text, "bad", { rsv: 1 });
			const flood = setInterval(() => raw.ended || raw.write(Buffer.alloc(20000, 0x81)), 1);
			t.teardown(() => clearInterval(flood));
			t.is((await raw.readClose()).code, 1002);
			// The device abandons a peer that keeps flooding.
			await connection.next("close");
			await raw.readEnd();
			clearInterval(flood);
			t.deepEqual(connection.order, ["open", "error", "close"]);
		}),
	);
}

test.serial(
	"silent connections, many times more than there is room for, are cut off, and others served then",
	async (t) => {
		const listening = await server(t, agent, { handshakeTimeout: 500 });
		const port = await listening.listening();
		await boundedMemory(t, agent, async () => {
			const silent = await Promise.all(Array.from({ length: 60 }, () => rawConnect(t, agent, port)));
			for (const raw of silent) await raw.readEnd();
		});
		await servesOthers(agent, listening);
		t.deepEqual(listening.order, ["listening", "connection"]);
	},
);

test.serial("peers that never read why they were refused make room for others all the same", async (t) => {
	const listening = await server(t, agent, { path: "/only", maxConnections: 2 });
	const port = await listening.listening();
	for (let round = 0; round < 3; round++) {
		const unmoved = await Promise.all(
			[1, 2].map(async () => {
				const raw = await rawConnect(t, agent, port);
				raw.socket.pause();
				raw.write("GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
				return raw;
			}),
		);
		// The device must end the refused connections by itself.
		for (;;) {
			// If too many connections wait for their 503, a further one is ended without a response.
			const turnedAway = { status: 503 };
			const { status } = await wsRefused(agent.host, port, "/other").catch(() => turnedAway);
			if (status === 404) break;
			t.is(status, 503);
		}
		for (const raw of unmoved) raw.socket.destroy();
	}
	t.deepEqual(listening.order, ["listening"]);
});
