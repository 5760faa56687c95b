import test from "ava";
import { Authority } from "../../sim/certificates.js";
import { Agent } from "../device/driver/driver.js";
import { client, wssServer } from "../device/driver/pairs.js";

const authority = await Authority.create();
const ca = authority.certificate;
const identity = await authority.issue();

const agent = await Agent.start();
test.after.always("the device is still running", () => agent.stop());

test("wss: messages pass in both directions, and the connection closes with 1000", async (t) => {
	const server = await wssServer(t, { cert: identity.chain, key: identity.key });
	const device = await client(t, agent, {
		host: null,
		url: `wss://localhost:${server.port}/a?b`,
		tls: { ca },
	});
	await device.open();
	const peer = await server.connection();
	await device.next("open");
	t.is(peer.request?.url, "/a?b");
	t.is(peer.request?.headers.host, `localhost:${server.port}`);
	await device.send({ hello: "peer" });
	t.deepEqual(await peer.json(), { hello: "peer" });
	peer.send('{"hello":"device"}');
	t.deepEqual((await device.next("message"))[0], { hello: "device" });
	await device.close();
	t.is((await peer.closed()).code, 1000);
	t.is((await device.next("close"))[0], 1000);
});
