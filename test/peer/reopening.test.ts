/** open() of a Client whose last connection has not ended. */
import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { client, clientAndRaw, clientAndWs, nothingFollows, rawServer } from "../device/driver/pairs.js";
import { closePayload, opcodes } from "../support/frames.js";
import type { RawConnection } from "../support/rawconnection.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("a new connection works while the server has not ended the last one", async (t) => {
	const { client: again, raw, server } = await clientAndRaw(t, agent, { closeTimeout: 0x7fffffff });
	await again.listen("close", [again.step("open")], "once");
	raw.send(opcodes.close, closePayload(1001));
	await again.next("close");
	const second = await server.webSocket();
	await again.next("open");
	raw.reset();
	second.send(opcodes.text, '"hello"');
	t.is((await again.next("message"))[0], "hello");
	await again.send("there");
	t.is((await second.readMessage()).text, '"there"');
	t.deepEqual(
		again.order.filter((event) => !event.startsWith("ran ")),
		["open", "close", "open", "message"],
	);
});

test("open() after close() while still connecting opens a new connection", async (t) => {
	const peer = await rawServer(t);
	const again = await client(t, agent, { port: peer.port });
	await again.open();
	const first = await peer.connection();
	await agent.run(again.step("close"), again.step("open"));
	await first.readEnd();
	const second = await peer.webSocket();
	await again.next("open");
	second.send(1, "1");
	await again.next("message");
	t.is(again.order.at(-1), "message");
});

test("open() while a connection ends opens the next one when it has ended", async (t) => {
	const { client: again, raw, server } = await clientAndRaw(t, agent, { timeBetweenRetries: 0 });
	await agent.run(again.step("close"), again.step("open"), again.step("open"), again.step("send", 1));
	await raw.readClose();
	await nothingFollows(t, agent, 30);
	t.is(server.count, 1, "the closing handshake is under way");
	raw.send(opcodes.close, closePayload(1000));
	await again.next("close");
	const second = await server.webSocket();
	await again.next("open");
	t.is((await second.readMessage()).text, "1", "what was sent meanwhile has waited for it");
	await again.next("drain");
	await nothingFollows(t, agent, 30);
	t.is(server.count, 2);
	t.deepEqual(again.order, ["open", "close", "open", "drain"]);
});

test("close() cancels such an open()", async (t) => {
	const { client: again, peer, server } = await clientAndWs(t, agent, { timeBetweenRetries: 0 });
	await agent.run(again.step("close"), again.step("open"), again.step("close"));
	await peer.closed();
	await again.next("close");
	await nothingFollows(t, agent, 30);
	t.deepEqual(again.order, ["open", "close"]);
	t.is(server.count, 1);
	await again.open();
	await again.next("open");
});

test("close() in the close listener cancels it as well, with its own close event", async (t) => {
	const { client: again, server } = await clientAndWs(t, agent, { timeBetweenRetries: 0 });
	await again.listen("close", [again.step("close")], "once");
	await agent.run(again.step("close"), again.step("open"));
	await again.next("close");
	t.is((await again.next("close"))[0], 1006);
	await nothingFollows(t, agent, 30);
	t.is(again.all("close").length, 2);
	t.is(again.all("open").length, 1);
	t.true(server.count <= 2);
});

for (const [what, options, fault] of [
	["a violation", {}, (raw: RawConnection) => raw.send(3, "a reserved opcode")],
	["a message that is too long", { maxMessageSize: 5 }, (raw: RawConnection) => raw.send(1, '"long"')],
	["a missing pong", { pingInterval: 40, pongTimeout: 10 }, () => {}],
] as const) {
	test(`open() in the error listener after ${what} opens the next connection when this one has ended`, async (t) => {
		const {
			client: again,
			raw,
			server,
		} = await clientAndRaw(t, agent, { timeBetweenRetries: 0, ...options });
		await again.listen("error", [again.step("open")], "once");
		fault(raw);
		await again.next("error");
		await again.next("close");
		await server.webSocket();
		await again.next("open");
		t.deepEqual(again.order.filter((event) => !event.startsWith("ran ")).slice(0, 4), [
			"open",
			"error",
			"close",
			"open",
		]);
	});
}
