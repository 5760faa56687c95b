import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { Authority } from "../../sim/certificates.js";
import { Agent } from "../device/driver/driver.js";
import { client } from "../device/driver/pairs.js";
import { testExchanges } from "./exchanges.js";
import type { PeerOptions } from "./peer.js";
import { PythonPeer } from "./python.js";
import { testFrames } from "./pythonframes.js";

const agent = await Agent.start();
const authority = await Authority.create();
const folder = await mkdtemp(join(tmpdir(), "xs-web-socket-certificate-"));
const certificate = join(folder, "server.pem");
const identity = await authority.issue();
await writeFile(certificate, identity.chain + identity.key);
test.after.always("the device is still running", async () => {
	await rm(folder, { recursive: true });
	await agent.stop();
});

async function connect(t: ExecutionContext, options?: object, peerOptions?: PeerOptions) {
	const { peer, port } = await PythonPeer.listen({ ...peerOptions, certificate });
	t.teardown(() => peer.stop());
	const url = `wss://localhost:${port}`;
	const device = await client(t, agent, {
		host: undefined,
		url,
		tls: { ca: authority.certificate },
		...options,
	});
	await device.open();
	await device.next("open");
	await peer.opened();
	return { device, peer };
}

const title = "Python's server with TLS and the device's Client";
testExchanges(title, connect);
testFrames(title, connect);
