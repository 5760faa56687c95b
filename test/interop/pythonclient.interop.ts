import test, { type ExecutionContext } from "ava";
import { Agent } from "../device/driver/driver.js";
import { server } from "../device/driver/pairs.js";
import { testExchanges } from "./exchanges.js";
import type { PeerOptions } from "./peer.js";
import { PythonPeer } from "./python.js";
import { testFrames } from "./pythonframes.js";

const agent = await Agent.start();
test.after.always("the device is still running", () => agent.stop());

async function connect(t: ExecutionContext, options?: object, peerOptions?: PeerOptions) {
	const listening = await server(t, agent, options);
	const peer = await PythonPeer.connect(`ws://${agent.host}:${await listening.listening()}`, peerOptions);
	t.teardown(() => peer.stop());
	return { device: await listening.connection(), peer, server: listening };
}

const title = "Python's client and the device's Server";
testExchanges(title, connect);
testFrames(title, connect);

test("stop() of the Server closes with 1001", async (t) => {
	const { server, peer } = await connect(t);
	await server.stop();
	t.is((await peer.closed()).code, 1001);
	await server.next("close");
});
