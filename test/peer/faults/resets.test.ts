import test, { type ExecutionContext } from "ava";
import { servesOthers } from "../../device/driver/attack.js";
import { Agent } from "../../device/driver/driver.js";
import { clientAndRaw, rawConnect, server, serverAndRaw } from "../../device/driver/pairs.js";
import type { RemoteClient, RemoteServer, RemoteSocket } from "../../device/driver/remote.js";
import { onDevice } from "../../device/driver/wire.js";
import type { Step } from "../../device/protocol.js";
import { closePayload, opcodes } from "../../support/frames.js";
import type { RawConnection } from "../../support/rawconnection.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

type Connection = RemoteClient | RemoteSocket;

const cuts: [how: string, cut: (raw: RawConnection) => void][] = [
	["FIN", (raw) => raw.end()],
	["RST", (raw) => raw.reset()],
];

interface State {
	what: string;
	options?: object;
	/** Brings the connection to the state. */
	reach: (connection: Connection, raw: RawConnection) => Promise<void>;
	/** Events that the device must emit after `open` when the peer disconnects, without `message` and `drain`. */
	events: string[];
	/** Code of the close event after a FIN, and after a RST if that differs. */
	code: number;
	codeAfterReset?: number;
}

const states: State[] = [
	{ what: "is open and idle", reach: async () => {}, events: ["close"], code: 1006 },
	{
		what: "has sent all it had",
		async reach(connection, raw) {
			await connection.send("something");
			await raw.readMessage();
		},
		events: ["close"],
		code: 1006,
	},
	{
		what: "sends more than the window takes",
		options: { sendQueueSize: 65536 },
		async reach(connection, raw) {
			raw.socket.pause();
			await agent.run({
				do: "repeat",
				count: 60,
				steps: [connection.step("send", onDevice.text("x", 1000))],
			});
		},
		events: ["close"],
		code: 1006,
	},
	{
		what: "is in the middle of a message that it sends in parts",
		options: { sendQueueSize: 65536 },
		async reach(connection, raw) {
			raw.socket.pause();
			await connection.send(onDevice.text("x", 60000));
		},
		events: ["close"],
		code: 1006,
	},
	{
		what: "waits for the answer to its close frame",
		async reach(connection, raw) {
			await connection.close(4000, "mine");
			await raw.readClose();
		},
		events: ["close"],
		code: 1006,
	},
	{
		what: "has answered the peer's close frame",
		async reach(_, raw) {
			raw.send(opcodes.close, closePayload(4001, "yours"));
			expectCode((await raw.readClose()).code, 4001);
		},
		events: ["close"],
		code: 4001,
	},
	{
		what: "has failed the connection",
		async reach(_, raw) {
			raw.send(opcodes.text, "bad", { rsv: 7 });
			expectCode((await raw.readClose()).code, 1002);
		},
		events: ["error", "close"],
		code: 1002,
	},
	{
		what: "waits for a pong",
		options: { pingInterval: 20, pongTimeout: 60000 },
		async reach(_, raw) {
			await raw.readFrameOf(opcodes.ping);
		},
		events: ["close"],
		code: 1006,
	},
];

function expectCode(value: number, wanted: number): void {
	if (value !== wanted) throw new Error(`the device closed with ${value} instead of ${wanted}`);
}

async function checkEnd(t: ExecutionContext, connection: Connection, { events, code }: State): Promise<void> {
	t.is((await connection.next("close"))[0], code);
	const emitted = connection.order.filter((event) => event !== "message" && event !== "drain");
	t.deepEqual(emitted, ["open", ...events]);
	const { accepted, sent, lost, waiting } = await connection.counters();
	t.is(accepted, sent + lost + waiting);
	t.is(await connection.isOpen(), false);
}

for (const [how, cut] of cuts) {
	for (const state of states) {
		test(`Client: a ${how} when it ${state.what}`, async (t) => {
			const { client, raw, server: peer } = await clientAndRaw(t, agent, state.options);
			await state.reach(client, raw);
			cut(raw);
			raw.socket.resume();
			await checkEnd(t, client, state);
			// It can be opened again.
			await client.open();
			const next = await peer.webSocket();
			await client.next("open");
			next.reset();
		});

		test(`Socket: a ${how} when it ${state.what}`, async (t) => {
			const { socket, raw, server: listening } = await serverAndRaw(t, agent, state.options);
			await state.reach(socket, raw);
			cut(raw);
			raw.socket.resume();
			await checkEnd(t, socket, state);
			t.is(await socket.send("nobody is there"), "discarded");
			await servesOthers(agent, listening);
		});
	}

	test(`Server: a ${how} in and after its refusal of a request`, async (t) => {
		const listening = await server(t, agent, { maxConnections: 1 });
		const port = await listening.listening();
		for (const request of ["POST / HTTP/1.1\r\n", "GET / HTTP/1.1\r\n\r\n", "\0"]) {
			const unread = await rawConnect(t, agent, port);
			unread.write(request);
			cut(unread);
			const raw = await rawConnect(t, agent, port);
			raw.write(request);
			t.regex(await raw.readHead(), /^HTTP\/1\.1 4\d\d /);
			cut(raw);
			await serves(listening);
		}
	});

	test(`Server: a ${how} of many connections at once, in all states`, async (t) => {
		const listening = await server(t, agent, { maxConnections: 40 });
		const port = await listening.listening();
		const raws = await Promise.all(Array.from({ length: 30 }, () => rawConnect(t, agent, port)));
		await Promise.all(
			raws.map(async (raw, index) => {
				if (index % 3 === 1) raw.write("GET / HTTP/1.1\r\nHost: a");
				if (index % 3 === 2) await raw.upgrade();
			}),
		);
		for (const raw of raws) cut(raw);
		for (let count = 0; count < 10; count++) {
			const socket = await listening.connection();
			t.is((await socket.next("close"))[0], 1006);
			t.deepEqual(socket.order, ["open", "close"]);
		}
		await servesOthers(agent, listening);
		t.is(listening.all("error").length, 0);
	});
}

/** Waits until a server for one connection accepts another one: it has detected the end of the last one. */
async function serves(listening: RemoteServer): Promise<void> {
	for (;;) {
		try {
			return await servesOthers(agent, listening);
		} catch (error) {
			// If too many connections wait for their 503, a further one is ended without a response.
			if (!/503|ECONNRESET|socket hang up/.test((error as Error).message)) throw error;
		}
	}
}

const listeners: [event: string, steps: (connection: Connection) => Step[]][] = [
	["send", (connection) => [connection.step("send", "answer")]],
	["close", (connection) => [connection.step("close", 4000)]],
	["send and close", (connection) => [connection.step("send", "answer"), connection.step("close")]],
];

for (const [what, steps] of listeners) {
	test(`a message and a RST together, to a listener that calls ${what}`, async (t) => {
		const { client, raw } = await clientAndRaw(t, agent);
		const { socket, raw: other } = await serverAndRaw(t, agent);
		for (const [connection, peer] of [
			[client, raw],
			[socket, other],
		] as const) {
			await connection.listen("message", steps(connection));
			for (let count = 0; count < 5; count++) peer.send(opcodes.text, "1");
			await new Promise(setImmediate);
			peer.reset();
			await connection.next("close");
			t.is(connection.order.filter((event) => event === "close").length, 1);
			const { accepted, sent, lost, waiting } = await connection.counters();
			t.is(accepted, sent + lost + waiting);
		}
	});
}
