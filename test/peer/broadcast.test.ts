import test, { type ExecutionContext } from "ava";
import { Agent } from "../device/driver/driver.js";
import { rawConnect, server } from "../device/driver/pairs.js";
import type { Counters, RemoteServer, RemoteSocket } from "../device/driver/remote.js";
import { onDevice } from "../device/driver/wire.js";
import type { Wire } from "../device/protocol.js";
import { opcodes } from "../support/frames.js";
import { type WsConnection, wsConnect } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

interface Audience {
	server: RemoteServer;
	port: number;
	sockets: RemoteSocket[];
	peers: WsConnection[];
}

/** Starts a Server on the device, with `count` peers. */
async function audience(t: ExecutionContext, count: number, options: object = {}): Promise<Audience> {
	const remote = await server(t, agent, { maxConnections: count, ...options });
	const port = await remote.listening();
	const sockets: RemoteSocket[] = [];
	const peers: WsConnection[] = [];
	for (let index = 0; index < count; index++) {
		const peer = await wsConnect(agent.host, port);
		t.teardown(() => peer.socket.terminate());
		peers.push(peer);
		sockets.push(await remote.connection());
	}
	return { server: remote, port, sockets, peers };
}

const object = ({ name }: { name: string }): Wire => onDevice.object(name);

/** A step that sends so much that the send window of a socket is full, without an event between. */
const fill = (socket: RemoteSocket, message = "fill") => ({
	do: "repeat" as const,
	count: 60,
	steps: [socket.step("send", message.padEnd(800, "."))],
});

function accepted({ sent, waiting, lost, replaced }: Counters): number {
	return sent + waiting + lost + replaced;
}

test("sockets has the open Sockets, the oldest first, in a frozen array of its own", async (t) => {
	const { server: remote, sockets, peers } = await audience(t, 3);
	t.deepEqual(await remote.get("sockets"), sockets);
	const [oldest, middle, newest] = sockets as [RemoteSocket, RemoteSocket, RemoteSocket];
	// A socket that is closing is no longer open.
	const [, left] = await agent.run(middle.step("close"), remote.property("sockets"));
	t.deepEqual(left, [oldest, newest]);
	await middle.next("close");
	(peers[0] as WsConnection).socket.terminate();
	await oldest.next("close");
	t.deepEqual(await remote.get("sockets"), [newest]);
	const [, stopping] = await agent.run(remote.step("stop"), remote.property("sockets"));
	t.deepEqual(stopping, []);
	await remote.next("close");
	t.deepEqual(await remote.get("sockets"), []);
});

test("broadcast() reaches every Socket, and the counters of each are exact", async (t) => {
	const { server: remote, sockets, peers } = await audience(t, 4);
	const messages = [{ n: 1 }, "grüße 🙂", "x".repeat(126), "", "y".repeat(1000)];
	for (const message of messages) {
		t.deepEqual(await remote.call("broadcast", message), { sent: 4, queued: 0, discarded: 0 });
		for (const peer of peers) t.deepEqual(await peer.json(), message);
	}
	const bytesSent = messages.reduce<number>((sum, it) => sum + Buffer.byteLength(JSON.stringify(it)), 0);
	for (const socket of sockets)
		t.like(await socket.counters(), { accepted: 5, sent: 5, waiting: 0, lost: 0, discarded: 0, bytesSent });
	t.deepEqual(await (await server(t, agent)).call("broadcast", 1), { sent: 0, queued: 0, discarded: 0 });
});

test("except leaves out one Socket or several; others than Sockets are refused", async (t) => {
	const { server: remote, sockets, peers } = await audience(t, 3);
	const [a, b, c] = sockets as [RemoteSocket, RemoteSocket, RemoteSocket];
	t.deepEqual(await remote.call("broadcast", 1, { except: object(a) }), { sent: 2, queued: 0, discarded: 0 });
	t.deepEqual(await remote.call("broadcast", 2, { except: [object(b), object(c)] }), {
		sent: 1,
		queued: 0,
		discarded: 0,
	});
	t.deepEqual(await remote.call("broadcast", 3, { except: null }), { sent: 3, queued: 0, discarded: 0 });
	const expected = [
		[2, 3],
		[1, 3],
		[1, 3],
	];
	for (const [index, peer] of peers.entries())
		t.deepEqual([await peer.json(), await peer.json()], expected[index]);
	for (const except of [1, "a", {}, [1], object(remote)])
		await t.throwsAsync(remote.call("broadcast", 4, { except }), {
			message: /^except is .*; it must be a Socket or an array of Sockets$/,
		});
	t.like(await a.counters(), { accepted: 2, discarded: 0 });
});

test("a message is sent as text or binary, as the option binary says", async (t) => {
	const { server: remote, sockets, peers } = await audience(t, 2, { sendType: "application/octet-stream" });
	const bytes = Uint8Array.of(0, 1, 254, 255);
	await remote.call("broadcast", bytes);
	await remote.call("broadcast", "text", { binary: false });
	await remote.call("broadcast", bytes.buffer, { binary: true });
	await remote.call("broadcast", bytes, { binary: null });
	for (const socket of sockets) await socket.call("send", bytes, { binary: null });
	for (const peer of peers) {
		t.deepEqual(await peer.message(), Buffer.from(bytes));
		t.is(await peer.message(), "text");
		for (let count = 0; count < 3; count++) t.deepEqual(await peer.message(), Buffer.from(bytes));
	}
});

test("a Socket with a full window queues the message in its place, the others send it", async (t) => {
	const { server: remote, sockets, peers } = await audience(t, 3, { sendQueueSize: 65536 });
	const [slow] = sockets as [RemoteSocket];
	const [, outcome, counters] = await agent.run(
		fill(slow),
		remote.step("broadcast", "to all"),
		slow.property("counters"),
	);
	t.deepEqual(outcome, { sent: 2, queued: 1, discarded: 0 });
	t.is((counters as Counters).accepted, 61);
	t.true((counters as Counters).waiting > 1);
	for (let index = 0; index < 60; index++)
		t.regex((await (peers[0] as WsConnection).json()) as string, /^fill/);
	for (const peer of peers) t.is(await peer.json(), "to all");
	await slow.next("drain");
	t.like(await slow.counters(), { accepted: 61, sent: 61, waiting: 0 });
	for (const socket of sockets.slice(1)) t.like(await socket.counters(), { accepted: 1, sent: 1 });
});

test("a full queue discards the message of its Socket only: the new one, or the oldest", async (t) => {
	for (const overflow of ["refuse", "drop-oldest"]) {
		const { server: remote, sockets, peers } = await audience(t, 2, { sendQueueSize: 2000, overflow });
		const [full, other] = sockets as [RemoteSocket, RemoteSocket];
		const message = overflow.padEnd(700, ".");
		const [, outcome, counters] = await agent.run(
			fill(full),
			remote.step("broadcast", message),
			full.property("counters"),
		);
		const refuses = overflow === "refuse";
		t.deepEqual(outcome, { sent: 1, queued: refuses ? 0 : 1, discarded: refuses ? 1 : 0 });
		t.is(accepted(counters as Counters), (counters as Counters).accepted);
		await full.next("error");
		await full.next("drain");
		t.is(await (peers[1] as WsConnection).json(), message);
		t.deepEqual(other.order, ["open"]);
		t.like(await other.counters(), { accepted: 1, sent: 1, discarded: 0 });
		const { sent } = await full.counters();
		const received = [];
		for (let index = 0; index < sent; index++) received.push(await (peers[0] as WsConnection).json());
		t.is(received.includes(message), !refuses);
	}
});

test("a message longer than any window leaves in fragments, to each Socket", async (t) => {
	const {
		server: remote,
		sockets,
		peers,
	} = await audience(t, 3, {
		sendQueueSize: 65536,
		sendType: "text/plain",
	});
	const text = "long".repeat(15000);
	t.deepEqual(await remote.call("broadcast", onDevice.text("long", 15000)), {
		sent: 0,
		queued: 3,
		discarded: 0,
	});
	for (const peer of peers) t.is(await peer.message(), text);
	for (const socket of sockets) {
		await socket.next("drain");
		t.like(await socket.counters(), { accepted: 1, sent: 1, bytesSent: 60000 });
	}
});

test("a value or an option that is refused changes nothing", async (t) => {
	const { server: remote, sockets, peers } = await audience(t, 2);
	for (const value of [onDevice.cycle, onDevice.undefined, onDevice.throws])
		await t.throwsAsync(remote.call("broadcast", value));
	for (const options of [{ binary: 1 }, { key: 1 }, { key: "" }, { key: "k".repeat(127) }, 1])
		await t.throwsAsync(remote.call("broadcast", "refused", options));
	await remote.call("broadcast", "accepted");
	for (const peer of peers) t.is(await peer.json(), "accepted");
	for (const socket of sockets) t.like(await socket.counters(), { accepted: 1, sent: 1, discarded: 0 });
});

test("Sockets that close, and a listener that closes others, do not disturb the rest", async (t) => {
	const { server: remote, sockets, peers } = await audience(t, 4);
	const [a, b, c, d] = sockets as [RemoteSocket, RemoteSocket, RemoteSocket, RemoteSocket];
	const [, outcome] = await agent.run(a.step("close"), remote.step("broadcast", "without a"));
	t.deepEqual(outcome, { sent: 3, queued: 0, discarded: 0 });
	await a.next("close");
	const name = await b.listen("message", [
		remote.step("broadcast", "before"),
		c.step("close", 4000),
		remote.step("broadcast", "after", { except: onDevice.object(b.name) }),
	]);
	(peers[1] as WsConnection).send("1");
	t.deepEqual(await b.ran(name), [
		{ value: { sent: 3, queued: 0, discarded: 0 } },
		{ value: undefined },
		{ value: { sent: 1, queued: 0, discarded: 0 } },
	]);
	t.is((await (peers[2] as WsConnection).closed()).code, 4000);
	t.deepEqual((peers[2] as WsConnection).received, ['"without a"', '"before"']);
	for (const expected of ["without a", "before", "after"])
		t.is(await (peers[3] as WsConnection).json(), expected);
	t.like(await d.counters(), { accepted: 3, sent: 3 });
	t.like(await a.counters(), { accepted: 0, discarded: 0 });
});

test("peers that reset their connections while messages pass do not disturb the rest", async (t) => {
	const {
		server: remote,
		port,
		sockets,
		peers,
	} = await audience(t, 2, {
		maxConnections: 4,
		sendQueueSize: 65536,
	});
	const steady = sockets[0] as RemoteSocket;
	let count = 0;
	for (let round = 0; round < 10; round++) {
		const raw = await rawConnect(t, agent, port);
		await raw.upgrade();
		const doomed = await remote.connection();
		raw.socket.resetAndDestroy();
		for (let sent = 0; sent < 5; sent++) await remote.call("broadcast", ++count);
		await doomed.next("close");
		const counters = await doomed.counters();
		t.is(counters.accepted, accepted(counters));
	}
	for (const peer of peers) for (let n = 1; n <= count; n++) t.is(await peer.json(), n);
	t.like(await steady.counters(), { accepted: count, sent: count, lost: 0 });
});

test("frames of a broadcast are whole and not masked", async (t) => {
	const { server: remote, port } = await audience(t, 1, { maxConnections: 2 });
	const raw = await rawConnect(t, agent, port);
	await raw.upgrade();
	await remote.connection();
	await remote.call("broadcast", "plain");
	const { fin, opcode, masked, payload } = await raw.readFrame();
	t.deepEqual([fin, opcode, masked, payload.toString()], [true, opcodes.text, false, '"plain"']);
});

test("broadcast() with a key replaces the value that waits, in each queue", async (t) => {
	const { server: remote, sockets, peers } = await audience(t, 2, { sendQueueSize: 65536 });
	const [slow, quick] = sockets as [RemoteSocket, RemoteSocket];
	const [, first, , second, third] = await agent.run(
		fill(slow),
		remote.step("broadcast", "old", { key: "k" }),
		slow.step("send", "between"),
		remote.step("broadcast", "newer, and longer", { key: "k" }),
		remote.step("broadcast", "other", { key: "l" }),
	);
	for (const outcome of [first, second, third]) t.deepEqual(outcome, { sent: 1, queued: 1, discarded: 0 });
	for (let index = 0; index < 60; index++) await (peers[0] as WsConnection).json();
	for (const expected of ["newer, and longer", "between", "other"])
		t.is(await (peers[0] as WsConnection).json(), expected);
	for (const expected of ["old", "newer, and longer", "other"])
		t.is(await (peers[1] as WsConnection).json(), expected);
	await slow.next("drain");
	t.like(await slow.counters(), { accepted: 64, sent: 63, replaced: 1, waiting: 0, lost: 0 });
	t.like(await quick.counters(), { accepted: 3, sent: 3, replaced: 0 });
});
