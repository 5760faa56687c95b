import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import test, { type ExecutionContext } from "ava";
import { Authority, type Identity } from "../../../sim/certificates.js";
import { startDevice } from "./support.js";

const authority = await Authority.create();
const identity = await authority.issue();
const resources = { "ca.der": authority.certificate };

/** Starts a server with TLS that answers every message. Returns its port. */
async function echo(t: ExecutionContext, { chain, key }: Pick<Identity, "chain" | "key">): Promise<number> {
	const server = createServer({ cert: chain, key }, (socket: TLSSocket) => {
		socket.on("error", () => {});
		socket.on("data", (bytes) => socket.end(bytes));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.teardown(() => server.close());
	return (server.address() as AddressInfo).port;
}

test("the stand-in for the SDK's TLSSocket has that class's faults: another this, and no target", async (t) => {
	const port = await echo(t, identity);
	const device = await startDevice(t, "tls", { config: { port }, resources });
	t.regex(await device.line(/^writable/), /^writable \d+, another this, target undefined$/);
	await device.line(/^5 bytes, another this, target undefined$/);
	await device.line(/^read hello$/);
	await device.line(/^error, target undefined$/);
});

test("the stand-in throws in a callback for a refused certificate, which ends the device", async (t) => {
	const port = await echo(t, await authority.issue({ names: ["other.example"] }));
	const device = await startDevice(t, "tls", { config: { port }, resources });
	const { kind, reason } = await device.simulator.exited;
	t.is(kind, "abort");
	t.regex(reason, /^unhandled exception: .*certificate: auth err/);
});

test("a resource that the manifest does not include is not found", async (t) => {
	const device = await startDevice(t, "tls", { config: { port: 1 } });
	t.regex((await device.simulator.exited).reason, /Resource not found: ca\.der/);
});

test("without manifest_secure.json a Client refuses wss: and says what to include", async (t) => {
	const device = await startDevice(t, "wss");
	await device.line(/^RangeError: /);
	t.regex(device.lines.join("\n"), /^RangeError: this app has no TLS for "wss:".*manifest_secure\.json/);
});

test("with it the Client tries to connect", async (t) => {
	const device = await startDevice(t, "wss", { parts: ["secure"] });
	await device.line(/^no connection/);
	t.is(device.lines.at(-1), "no connection to localhost:1 after 1 attempt: the connection was refused");
});
