import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { Simulator, type SimulatorOptions } from "../../sim/xs/simulator.js";
import { wsServer } from "../device/driver/pairs.js";
import { Queue } from "../support/queue.js";
import { wsConnect } from "../support/wspeer.js";

/** Runs a device program of this project and collects its traces. */
async function run(
	t: ExecutionContext,
	program: string,
	options: Omit<SimulatorOptions, "program">,
): Promise<Queue<string>> {
	const lines = new Queue<string>(`line of ${program}`);
	const device = await Simulator.start({
		program: fileURLToPath(new URL(`../../${program}`, import.meta.url)),
		onTrace: (line) => lines.put(line),
		...options,
	});
	device.exited.then(({ reason }) => lines.put(`the device ended: ${reason}`));
	t.teardown(() => device.stop());
	return lines;
}

test("the examples of the specification run as written, on the ports that they name", async (t) => {
	const peer = await wsServer(t);
	// Map the ports in the text to free ones.
	const lines = await run(t, "examples/specification/main.js", { ports: { 8080: peer.port, 8082: 0 } });

	const connection = await peer.connection();
	t.deepEqual(await connection.json(), { foo: "bar" });
	const port = Number(/^listening on port (\d+)$/.exec(await lines.next())?.[1]);
	connection.send('"hello"');
	t.is(await lines.next(), "Received from web socket: hello");

	const client = await wsConnect("127.0.0.1", port);
	t.teardown(() => client.socket.terminate());
	t.is(await lines.next(), "connection from 127.0.0.1");
	client.send('"Hello, server"');
	t.is(await lines.next(), "Hello, server");
	t.is(await client.json(), "Reply message");
});

test("hosts/esp32 runs on the XS engine, its Wi-Fi a stand-in", async (t) => {
	const peer = await wsServer(t);
	const lines = await run(t, "hosts/esp32/main.ts", {
		config: { host: "localhost", port: peer.port, listen: 0 },
	});
	const port = Number(/^server: listening on port (\d+)$/.exec(await lines.next())?.[1]);
	t.is(await lines.next(), "wifi: ready, address 127.0.0.1");
	const connection = await peer.connection();
	t.is(await lines.next(), "client: open");
	connection.send('{"say":"hello","else":1}');
	t.is(await lines.next(), 'client: received {"say":"hello"}');
	const client = await wsConnect("127.0.0.1", port);
	t.teardown(() => client.socket.terminate());
	client.send("[1]");
	t.like(await client.json(), { you: [1], visitors: 1 });
});

test("examples/sensor connects again by itself, and keeps its reports", async (t) => {
	const peer = await wsServer(t);
	const config = { host: "localhost", port: peer.port, interval: 400 };
	const lines = await run(t, "examples/sensor/main.ts", { config });
	const first = await peer.connection();
	t.is(await lines.next(), "connected");
	t.like(await first.json(), { report: 1, lost: 0 });
	first.socket.close(1001, "restart");
	t.is(await lines.next(), "disconnected, code 1001");
	const next = await peer.connection();
	t.is(await lines.next(), "connected");
	const { report } = (await next.json()) as { report: number };
	// A report that was on its way is not sent again.
	t.true(report > 1);
	t.like(await next.json(), { report: report + 1, lost: 0 });
});

test("examples/upload receives a file in chunks, and reports how far it is", async (t) => {
	const lines = await run(t, "examples/upload/main.ts", { config: { port: 0 } });
	const port = Number(/^send files to port (\d+)$/.exec(await lines.next())?.[1]);
	const client = await wsConnect("127.0.0.1", port);
	t.teardown(() => client.socket.terminate());
	client.send(new Uint8Array(200_000).fill(3));
	let report: { length: number; sum: number; last: boolean };
	do report = (await client.json()) as typeof report;
	while (!report.last);
	t.deepEqual(report, { length: 200_000, sum: 600_000, last: true });
	t.true(client.received.length >= 3);
	t.is(await lines.next(), "received 200000 bytes, sum 600000");
});

test("hosts/echo leaves no message without an answer: what cannot be sent back closes with 1009", async (t) => {
	// The windows of the SDK's simulator, and a message that is too long for the window and the send queue together.
	const lines = await run(t, "hosts/echo/server.ts", {
		config: { port: 0, maxMessage: 16384 },
		writeWindow: 1536,
	});
	const port = Number(/^listening (\d+)$/.exec(await lines.next())?.[1]);
	const client = await wsConnect("127.0.0.1", port);
	t.teardown(() => client.socket.terminate());
	client.send("x".repeat(16000));
	const answer = await Promise.race([client.message(), client.closed()]);
	if (typeof answer === "string") t.is(answer.length, 16000);
	else t.like(answer, { code: 1009 });
	const other = await wsConnect("127.0.0.1", port);
	t.teardown(() => other.socket.terminate());
	other.send("still here");
	t.is(await other.message(), "still here");
});
