import test, { type ExecutionContext } from "ava";
import { Agent } from "../device/driver/driver.js";
import { client, rawServer } from "../device/driver/pairs.js";

/** What a device sends that must not be known in advance. */
interface Sent {
	/** `Sec-WebSocket-Key` of two connections. */
	keys: string[];
	/** Masking key of a frame. */
	mask: string;
	/** Pauses between attempts, chosen by a client that reconnects. */
	pauses: unknown[];
}

/** Starts a device, makes it do the same each time, and stops it. */
async function run(t: ExecutionContext): Promise<Sent> {
	const agent = await Agent.start();
	try {
		const peer = await rawServer(t);
		const reconnect = { minimum: 800_000, maximum: 80_000_000, factor: 100 };
		const other = await client(t, agent, { port: peer.port, numberOfRetries: 0, reconnect });
		const keys: string[] = [];
		await other.open();
		const refused = await peer.connection();
		keys.push(keyIn(await refused.readHead()));
		refused.write("HTTP/1.1 500 No\r\n\r\n");
		await other.next("error");
		await other.close();
		const sending = await client(t, agent, { port: peer.port });
		await sending.open();
		const raw = await peer.connection();
		keys.push(keyIn(await raw.accept()));
		await sending.next("open");
		await sending.send("");
		await raw.readFrame();
		const mask = raw.lastKey?.toString("hex") ?? "";
		const pauses = other.all("error").map(([, failure]) => (failure as { delay: number }).delay);
		return { keys, mask, pauses };
	} finally {
		await agent.stop();
	}
}

function keyIn(head: string): string {
	return /^sec-websocket-key: (\S+)\r$/im.exec(head)?.[1] ?? "";
}

test("keys, masking keys and pauses differ from one run of the device to the next", async (t) => {
	const first = await run(t);
	const second = await run(t);
	t.is(first.keys.length, 2);
	t.is(new Set([...first.keys, ...second.keys]).size, 4);
	t.true([...first.keys, ...second.keys].every((key) => key.length === 24));
	t.regex(first.mask, /^[0-9a-f]{8}$/);
	t.not(first.mask, second.mask);
	t.is(first.pauses.length, 1);
	t.notDeepEqual(first.pauses, second.pauses);
});
