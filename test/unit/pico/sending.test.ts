import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { Simulator } from "../../../sim/xs/simulator.js";
import { Queue } from "../../support/queue.js";
import { type WsConnection, WsServer, wsConnect } from "../../support/wspeer.js";

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const limited = { "embedded:io/socket/tcp": pathOf("./device/picotcp.ts") };
const bounded = {
	...limited,
	[pathOf("../../../modules/network/sockets.ts")]: pathOf("../../../modules/pico/sockets.ts"),
};
/** Of device/sending.ts. */
const lengths = [...new Array(20).fill(100), 5000];

/** Starts the program on sockets that share a memory of 4000 bytes, with a `ws` server as the peer of its client. */
async function start(t: ExecutionContext, aliases: Record<string, string>, connections: number) {
	// The client may lose its connection before the server listens.
	const ports = new Queue<string>("port");
	const lines = new Queue<string>("line");
	const server = await WsServer.listen();
	const device = await Simulator.start({
		program: pathOf("./device/sending.ts"),
		config: { port: server.port, connections },
		aliases,
		writeWindow: 11680,
		onTrace: (line) => (line.startsWith("port ") ? ports : lines).put(line),
	});
	t.teardown(async () => {
		await device.stop();
		await server.close();
	});
	const port = Number((await ports.next()).slice("port ".length));
	return { lines, port, peer: await server.connection() };
}

async function receiveAll(t: ExecutionContext, connection: WsConnection): Promise<void> {
	for (const [index, length] of lengths.entries()) {
		const message = await connection.message();
		t.is(message.length, length);
		if (length === 100) t.is(Number((message as string).slice(0, 6)), index);
	}
}

test("a Client on pico sends many messages and a long one", async (t) => {
	const { peer } = await start(t, bounded, 0);
	await receiveAll(t, peer);
});

test("a Server on pico sends many messages and a long one on four connections", async (t) => {
	const { port, peer } = await start(t, bounded, 4);
	const connections = await Promise.all(Array.from({ length: 4 }, () => wsConnect("127.0.0.1", port)));
	await Promise.all([peer, ...connections].map((connection) => receiveAll(t, connection)));
});

test("without bounded windows the stand-in for pico breaks the connection", async (t) => {
	const { lines } = await start(t, limited, 0);
	t.regex(await lines.next(), /^closed with 1006/);
});
