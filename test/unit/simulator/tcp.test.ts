import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import test from "ava";
import { connectTo, portOf, startDevice, startServer } from "./support.js";

/** Returns everything that a socket receives until the FIN. */
async function collect(socket: Socket): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of socket) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}

/** Resolves with the number of received bytes as soon as `expected` bytes have arrived. */
function receive(socket: Socket, expected: number): Promise<number> {
	let received = 0;
	return new Promise((resolve) => {
		socket.on("data", (chunk: Buffer) => {
			received += chunk.byteLength;
			if (received >= expected) resolve(received);
		});
	});
}

test("write() takes all bytes or none and returns the remaining window; onWritable is called when the window grows", async (t) => {
	let peer: Promise<number> | undefined;
	const port = await startServer(t, (socket) => {
		peer = receive(socket, 250);
	});
	const device = await startDevice(t, "window", { writeWindow: 100, config: { port, total: 250 } });
	await device.line(/all written/);
	t.deepEqual(device.lines.slice(0, 9), [
		"constructed",
		"before the connection: not ready",
		"writable 100",
		"this true the target",
		"remote 127.0.0.1 true",
		"one too many: would block",
		"all but one: 1",
		"two: would block",
		"the last one: 0",
	]);
	for (const line of device.lines.slice(9, -1)) {
		const count = Number(/^writable (\d+)$/.exec(line)?.[1]);
		t.true(count >= 1 && count <= 100, line);
	}
	t.is(device.lines.at(-2), "writable 100");
	t.is(await peer, 250);
});

test("a window of one byte works", async (t) => {
	let peer: Promise<number> | undefined;
	const port = await startServer(t, (socket) => {
		peer = receive(socket, 20);
	});
	const device = await startDevice(t, "window", { writeWindow: 1, config: { port, total: 20 } });
	await device.line(/all written/);
	t.true(device.lines.includes("all but one: 1"));
	t.is(device.lines.filter((line) => line === "writable 1").length, 21);
	t.is(await peer, 20);
});

test("the window closes when the peer does not read and opens when it reads again", async (t) => {
	const total = 40_000_000;
	const peers: Socket[] = [];
	const port = await startServer(t, (socket) => peers.push(socket));
	const device = await startDevice(t, "flood", { writeWindow: 65536, config: { port, total } });
	const blocked = await device.line(/^blocked after/);
	t.true(Number(blocked.slice("blocked after ".length)) < total);
	t.false(device.lines.includes("all written"));
	const received = receive(peers[0] as Socket, total);
	await device.line(/^all written/);
	t.is(await received, total);
});

test("read() throws if more is requested than available, and returns undefined if there is nothing", async (t) => {
	const device = await startDevice(t, "reads");
	const socket = await connectTo(t, await portOf(device));
	socket.write(Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
	await device.line(/some wanted/);
	t.deepEqual(
		device.lines.slice(1).filter((line) => !/^readable \d$/.test(line)),
		[
			"connections 1",
			"nothing there yet: undefined",
			"no connection left: undefined",
			"readable 10",
			"more than there is: throws invalid",
			"none: throws invalid",
			"two: [1 2]",
			"a buffer too large: throws invalid",
			"into the middle of a buffer: 3",
			"buffer 0 3 4 5 0",
			"a number: 6",
			"all: [7 8 9 10]",
			"nothing there: undefined",
			"nothing there, some wanted: undefined",
		],
	);
});

test("a device never holds more received bytes than its read window", async (t) => {
	const device = await startDevice(t, "holds", { readWindow: 100, config: { full: 100, total: 1000 } });
	const socket = await connectTo(t, await portOf(device));
	socket.write(Buffer.alloc(1000));
	await device.line(/done/);
	const counts = device.lines.flatMap((line) => /^readable (\d+)$/.exec(line)?.[1] ?? []).map(Number);
	t.is(Math.max(...counts), 100);
});

test("splitReads delivers pieces of the given size, each in its own onReadable", async (t) => {
	const device = await startDevice(t, "holds", { splitReads: 3, config: { full: 0, total: 20 } });
	const socket = await connectTo(t, await portOf(device));
	socket.write(Buffer.alloc(20));
	await device.line(/done/);
	t.deepEqual(
		device.lines.slice(1),
		["3", "3", "3", "3", "3", "3", "2"].map((count) => `readable ${count}`).concat("done"),
	);
});

test("splitReads keeps pieces separate that arrive while the device is busy", async (t) => {
	const device = await startDevice(t, "holds", {
		splitReads: 7,
		config: { full: 0, total: 20, stall: true },
	});
	const socket = await connectTo(t, await portOf(device));
	await device.line(/stalling/);
	socket.write(Buffer.alloc(20));
	await device.line(/done/);
	t.deepEqual(device.lines.slice(2), ["readable 7", "readable 7", "readable 6", "done"]);
});

test("splitReads makes the same pieces from the same seed", async (t) => {
	const pieces = async (seed: number) => {
		const splitReads = { minimum: 1, maximum: 9, seed };
		const device = await startDevice(t, "holds", { splitReads, config: { full: 0, total: 300 } });
		const socket = await connectTo(t, await portOf(device));
		socket.write(Buffer.alloc(300));
		await device.line(/done/);
		return device.lines.flatMap((line) => /^readable (\d+)$/.exec(line)?.[1] ?? []).map(Number);
	};
	const first = await pieces(5);
	t.true(Math.min(...first) >= 1 && Math.max(...first) === 9 && first.length > 40);
	t.deepEqual(await pieces(5), first);
	t.notDeepEqual(await pieces(6), first);
});

test("onError reports the peer's end in a later callback, after all received data has been read", async (t) => {
	const device = await startDevice(t, "end");
	const socket = await connectTo(t, await portOf(device));
	socket.resume();
	socket.end(Buffer.alloc(6));
	await device.line(/closed/);
	t.deepEqual(device.lines.slice(1), [
		"readable 6",
		"write: not ready",
		"error reported early false",
		"three read",
		"error reported early false",
		"all read",
		"error",
		"closed",
	]);
});

test("from: moves the connection with its unread data and closes the original object", async (t) => {
	const device = await startDevice(t, "from", { writeWindow: 50 });
	const socket = await connectTo(t, await portOf(device));
	socket.write(Buffer.from([1, 2, 3, 4, 5, 6]));
	const [hello] = (await once(socket, "data")) as [Buffer];
	t.is(hello.toString(), "hello");
	socket.write(Buffer.from([7]));
	await device.line(/second: read 7/);
	const lines = device.lines.slice(1).filter((line) => !/^first: readable [1-5]$/.test(line));
	t.deepEqual(lines.slice(0, 11), [
		"first: writable 50",
		"first: readable 6",
		"read of the first: throws",
		"write of the first: throws",
		"remoteAddress of the first: throws",
		"close of the first: fine",
		"from the first again: throws",
		"target second",
		"second: readable 4 true true",
		"second: read 3 4 5 6",
		"second: writable 50",
	]);
});

/** Returns a port that nobody listens on. */
async function unusedPort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, "close");
	return port;
}

test("a refused connection calls onError later; an invalid address throws", async (t) => {
	const device = await startDevice(t, "refused", { config: { port: await unusedPort(), asks: false } });
	await device.line(/closed/);
	t.deepEqual(device.lines, [
		"constructed",
		"localhost: invalid address",
		"1.2.3: invalid address",
		"1.2.3.456: invalid address",
		"::1: invalid address",
		"error",
		"throws",
		"fine",
		"closed",
	]);
});

test("reading the address of a lost connection ends the machine, even if the exception is caught", async (t) => {
	const device = await startDevice(t, "refused", { config: { port: await unusedPort(), asks: true } });
	const { kind, reason } = await device.simulator.exited;
	t.is(kind, "abort");
	t.regex(reason, /^null pointer: Error: the remote address is read after the connection was lost/);
});

test("close() sends the written data, then a FIN", async (t) => {
	const device = await startDevice(t, "closes", { config: { unread: 0 } });
	const socket = await connectTo(t, await portOf(device));
	socket.write(Buffer.alloc(10));
	t.is((await collect(socket)).byteLength, 8192);
	t.deepEqual(device.lines.slice(1), ["closed"]);
});

test("close() with unread data resets the connection, and data just written is lost, as in lwIP", async (t) => {
	const device = await startDevice(t, "closes", { config: { unread: 1 } });
	const socket = await connectTo(t, await portOf(device));
	socket.write(Buffer.alloc(10));
	let received = 0;
	socket.on("data", (chunk: Buffer) => {
		received += chunk.byteLength;
	});
	const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
	t.is(error.code, "ECONNRESET");
	t.is(received, 0);
});

test("stopping a device resets its connections", async (t) => {
	const device = await startDevice(t, "holds", { config: { full: 0, total: 1000 } });
	const socket = await connectTo(t, await portOf(device));
	socket.resume();
	socket.write("x");
	await device.line(/readable 1/);
	const error = once(socket, "error");
	await device.simulator.stop();
	t.is(((await error)[0] as NodeJS.ErrnoException).code, "ECONNRESET");
});
