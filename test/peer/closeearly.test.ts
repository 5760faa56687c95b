/** close() of a Client that has no connection yet. */
import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { client, nothingFollows, rawServer, refusing, wsServer } from "../device/driver/pairs.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("close() of a client that was never opened emits nothing", async (t) => {
	const idle = await client(t, agent, { port: await refusing(t) });
	await idle.close();
	await nothingFollows(t, agent, 10);
	t.deepEqual(idle.events, []);
});

test("close() while connecting emits close with 1006 once and gives up the connection", async (t) => {
	const peer = await rawServer(t);
	const connecting = await client(t, agent, { port: peer.port, timeBetweenRetries: 10 });
	await connecting.open();
	const raw = await peer.connection();
	await raw.readHead();
	await connecting.close();
	t.is((await connecting.next("close"))[0], 1006);
	await raw.readEnd();
	await nothingFollows(t, agent, 30);
	t.deepEqual(connecting.order, ["close"]);
	t.is(peer.count, 1);
});

test("close() in the turn of open() emits close with 1006 once", async (t) => {
	const peer = await wsServer(t);
	const hasty = await client(t, agent, { port: peer.port, timeBetweenRetries: 10 });
	await agent.run(hasty.step("open"), hasty.step("close"));
	t.is((await hasty.next("close"))[0], 1006);
	await nothingFollows(t, agent, 30);
	t.deepEqual(hasty.order, ["close"]);
	t.is(peer.count, 0);
});

test("close() between two attempts ends the retries", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, timeBetweenRetries: 100 });
	await failing.open();
	await failing.next("retry");
	await failing.close();
	t.is((await failing.next("close"))[0], 1006);
	await nothingFollows(t, agent, 100);
	t.deepEqual(failing.order, ["retry", "close"]);
});

test("close() from inside a retry listener ends the retries", async (t) => {
	const port = await refusing(t);
	const failing = await client(t, agent, { port, timeBetweenRetries: 10 });
	await failing.listen("retry", [failing.step("close")]);
	await failing.open();
	t.is((await failing.next("close"))[0], 1006);
	await nothingFollows(t, agent, 30);
	t.is(failing.all("retry").length, 1);
	t.is(failing.all("close").length, 1);
});

test("close() while the host name is being resolved emits close and nothing comes back", async (t) => {
	const resolving = await client(t, agent, { host: "no-such-host.invalid", timeBetweenRetries: 10 });
	await agent.run(resolving.step("open"));
	await resolving.close();
	await resolving.next("close");
	await nothingFollows(t, agent, 30);
	t.is(resolving.all("close").length, 1);
	t.false(resolving.order.includes("error"));
});

test("close() after the last attempt emits nothing more", async (t) => {
	const port = await refusing(t);
	const failed = await client(t, agent, { port, numberOfRetries: 0 });
	await failed.open();
	await failed.next("error");
	const before = failed.order;
	await failed.close();
	await nothingFollows(t, agent, 10);
	t.deepEqual(
		failed.order.filter((event) => event !== "close"),
		before,
	);
	t.true(failed.all("close").length <= 1);
});

test("messages queued before the first connection are lost at close()", async (t) => {
	const peer = await wsServer(t);
	const idle = await client(t, agent, { port: peer.port });
	await idle.send(1);
	await idle.send(2);
	await idle.close();
	t.like(await idle.counters(), { accepted: 2, lost: 2, waiting: 0, sent: 0 });
	await idle.send(3);
	await idle.open();
	const connection = await peer.connection();
	await idle.next("open");
	await idle.send(4);
	t.is(await connection.json(), 3);
	t.is(await connection.json(), 4);
});
