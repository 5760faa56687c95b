import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { Simulator } from "../../sim/xs/simulator.js";
import { wsServer } from "../support/pairs.js";
import { Queue } from "../support/queue.js";
import { wsConnect } from "../support/wspeer.js";

/** Runs an example of the specification; its traces, line by line. */
async function run(t: ExecutionContext, program: string, config: object = {}): Promise<Queue<string>> {
	const lines = new Queue<string>("line of the example");
	const device = await Simulator.start({
		program: fileURLToPath(new URL(`programs/${program}`, import.meta.url)),
		config,
		onTrace: (line) => lines.put(line),
	});
	device.exited.then(({ reason }) => lines.put(`the device ended: ${reason}`));
	t.teardown(() => device.stop());
	return lines;
}

test("the client example of the specification runs as written", async (t) => {
	const peer = await wsServer(t);
	const lines = await run(t, "clientexample.js", { port: peer.port });
	const connection = await peer.connection();
	t.deepEqual(await connection.json(), { foo: "bar" });
	connection.send('"hello"');
	t.is(await lines.next(), "Received from web socket: hello");
});

test("the server example of the specification runs as written", async (t) => {
	const lines = await run(t, "serverexample.js");
	const port = Number(/^listening on port (\d+)$/.exec(await lines.next())?.[1]);
	const peer = await wsConnect("127.0.0.1", port);
	t.teardown(() => peer.socket.terminate());
	peer.send('"Hello, server"');
	t.is(await lines.next(), "Hello, server");
	t.is(await peer.json(), "Reply message");
});
