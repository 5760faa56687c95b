import test from "ava";
import { Authority } from "../../../sim/certificates.js";
import { nothingFollows, rawServer } from "../../device/driver/pairs.js";
import { onDevice } from "../../device/driver/wire.js";
import { Setup } from "./setup.js";

const setup = await Setup.make();
const { agent } = setup;
const stranger = await Authority.create();
test.after.always("the device is still running", () => agent.stop());

/** Short pauses, without chance. */
const exact = { minimum: 10, maximum: 100, factor: 2, jitter: 0 };

for (const reconnect of [true, exact])
	test(`with reconnect ${reconnect === true ? "true" : "and its options"}, a refused certificate is one error, and no further attempt follows`, async (t) => {
		const { chain, key } = await stranger.issue({ names: [agent.peerHost] });
		const { port } = await setup.server(t, { cert: chain, key });
		const relay = await setup.relay(t, port);
		const device = await setup.client(t, relay.port, { reconnect, timeBetweenRetries: 0 });
		await device.open();
		const [message, failure] = await device.next("error");
		t.regex(message as string, /^no connection to .* after 1 attempt: the certificate of .* was refused: /);
		t.deepEqual(failure, { permanent: true });
		await nothingFollows(t, agent, 100);
		t.deepEqual(device.order, ["retry", "error"]);
		t.is(relay.count, 1);
	});

test("a connection with TLS that was lost is opened again by itself, and the queue is sent", async (t) => {
	const { device, peer, server } = await setup.open(t, { reconnect: exact });
	await device.listen("close", [device.step("send", 2)]);
	peer.socket.terminate();
	const next = await server.connection();
	t.is(await next.message(), "2");
	await device.next("drain");
	t.like(await device.counters(), { accepted: 1, sent: 1, waiting: 0, lost: 0 });
});

test("a function may return a URL with wss:, another one for each attempt", async (t) => {
	const one = await rawServer(t);
	const two = await setup.server(t);
	const url = (port: number, path: string) => `wss://${agent.peerHost}:${port}${path}`;
	const device = await setup.client(t, 0, {
		timeBetweenRetries: 1,
		url: onDevice.returns(url(one.port, "/one"), url(two.port, "/two?token=2")),
	});
	await device.open();
	(await one.connection()).reset();
	const peer = await two.connection();
	await device.next("open");
	t.true(peer.tls.encrypted);
	t.is(peer.request?.url, "/two?token=2");
	t.is(peer.request?.headers.host, `${agent.peerHost}:${two.port}`);
	peer.send('"hello"');
	t.is((await device.next("message"))[0], "hello");
});

test("a function does not lead from TLS to a connection in the clear", async (t) => {
	const clear = await rawServer(t);
	const server = await setup.server(t);
	const secure = `wss://${agent.peerHost}:${server.port}`;
	const device = await setup.client(t, 0, {
		reconnect: exact,
		url: onDevice.returns(secure, `ws://${agent.peerHost}:${clear.port}`, secure),
	});
	await device.open();
	(await server.connection()).socket.terminate();
	await server.connection();
	await device.next("open");
	const [[, reason] = []] = device.all("retry");
	t.regex(reason as string, /without TLS/);
	t.is(clear.count, 0);
});
