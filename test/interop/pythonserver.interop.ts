import test, { type ExecutionContext } from "ava";
import { Agent } from "../device/driver/driver.js";
import { client } from "../device/driver/pairs.js";
import { testExchanges } from "./exchanges.js";
import type { PeerOptions } from "./peer.js";
import { PythonPeer } from "./python.js";
import { testFrames } from "./pythonframes.js";

const agent = await Agent.start();
test.after.always("the device is still running", () => agent.stop());

async function connect(t: ExecutionContext, options?: object, peerOptions?: PeerOptions) {
	const { peer, port } = await PythonPeer.listen(peerOptions);
	t.teardown(() => peer.stop());
	const device = await client(t, agent, { port, ...options });
	await device.open();
	await device.next("open");
	await peer.opened();
	return { device, peer };
}

const title = "Python's server and the device's Client";
testExchanges(title, connect);
testFrames(title, connect);

test("messages queued before the connection is open arrive in order", async (t) => {
	const { peer, port } = await PythonPeer.listen();
	t.teardown(() => peer.stop());
	const device = await client(t, agent, { port });
	for (let i = 0; i < 10; i++) t.is(await device.send(i), "queued");
	await device.open();
	for (let i = 0; i < 10; i++) t.is(await peer.message(), String(i));
});
