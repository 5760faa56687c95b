import { once } from "node:events";
import { connect } from "node:net";
import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { rawConnect, server, serverAndRaw, serverAndWs } from "../device/driver/pairs.js";
import { wsConnect } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** Returns whether the device refuses a connection to `port`. */
async function refusesConnections(port: number): Promise<boolean> {
	const socket = connect(port, agent.host);
	return new Promise((resolve) => {
		socket.once("connect", () => {
			socket.destroy();
			resolve(false);
		});
		socket.once("error", () => resolve(true));
	});
}

test("start() listens, and listening follows", async (t) => {
	const starting = await server(t, agent);
	t.is(await starting.call("start"), undefined);
	await starting.next("listening");
	const peer = await wsConnect(agent.host, (await starting.get("port")) as number);
	await starting.connection();
	peer.socket.terminate();
	t.deepEqual(starting.order, ["listening", "connection"]);
});

test("nothing listens before start()", async (t) => {
	const first = await server(t, agent);
	const port = await first.listening();
	await first.stop();
	await first.next("close");
	await server(t, agent, { port });
	t.true(await refusesConnections(port));
});

test("port: 0 uses a free port, which server.port returns", async (t) => {
	const [one, two] = [await server(t, agent), await server(t, agent)];
	const ports = [await one.listening(), await two.listening()];
	t.not(ports[0], ports[1]);
	for (const port of ports) {
		t.true(port > 0 && port < 65536);
		const peer = await wsConnect(agent.host, port);
		t.teardown(() => peer.socket.terminate());
	}
	await one.connection();
	await two.connection();
});

test("a port that was given is listened on", async (t) => {
	const first = await server(t, agent);
	const port = await first.listening();
	await first.stop();
	await first.next("close");
	const second = await server(t, agent, { port });
	t.is(await second.listening(), port);
	const peer = await wsConnect(agent.host, port);
	await second.connection();
	peer.socket.terminate();
});

test("a port that is taken gives an error, not an exception, and names the port", async (t) => {
	const first = await server(t, agent);
	const port = await first.listening();
	const second = await server(t, agent, { port });
	t.is(await second.call("start"), undefined);
	const [message] = await second.next("error");
	t.is(message, `the server cannot listen: port ${port} is already in use`);
	t.false(second.order.includes("listening"));
	await first.stop();
	await first.next("close");
	t.is(await second.listening(), port, "it can be started when the port is free again");
});

test("port is 80 unless given", async (t) => {
	const unspecified = await agent.server();
	t.teardown(() => unspecified.stop());
	await unspecified.call("start");
	// Either the device may listen on port 80, or the error says that it may not.
	const [outcome] = await Promise.race([
		unspecified.next("listening").then(() => [80]),
		unspecified.next("error"),
	]);
	if (outcome === 80) t.is(await unspecified.get("port"), 80);
	else t.regex(outcome as string, /\b80\b/);
});

test("start() while started does nothing", async (t) => {
	const twice = await server(t, agent);
	await agent.run(twice.step("start"), twice.step("start"));
	await twice.next("listening");
	await twice.call("start");
	const peer = await wsConnect(agent.host, (await twice.get("port")) as number);
	await twice.connection();
	peer.socket.terminate();
	t.deepEqual(twice.order, ["listening", "connection"]);
});

test("stop() stops listening, closes every connection with 1001 and then emits close", async (t) => {
	const stopping = await server(t, agent);
	const port = await stopping.listening();
	const peers = [await wsConnect(agent.host, port), await wsConnect(agent.host, port)];
	const sockets = [await stopping.connection(), await stopping.connection()];
	t.is(await stopping.stop(), undefined);
	for (const peer of peers) t.is((await peer.closed()).code, 1001);
	await stopping.next("close");
	t.true(await refusesConnections(port));
	for (const socket of sockets) {
		t.is(socket.order.at(-1), "close");
		t.is(await socket.isOpen(), false);
	}
	t.is(stopping.order.at(-1), "close");
	const ends = sockets.map((socket) => socket.times("close")[0] as number);
	t.true(ends.every((end) => end <= (stopping.times("close")[0] as number)));
});

test("stop() is bounded when a peer does not answer the close", async (t) => {
	const { server: stopping, raw } = await serverAndRaw(t, agent);
	await stopping.stop();
	t.is((await raw.readClose()).code, 1001);
	await stopping.next("close");
	await raw.readEnd();
	t.is(stopping.all("close").length, 1);
});

test("close comes once, after the last connection has ended", async (t) => {
	const stopping = await server(t, agent, { closeTimeout: 500 });
	const port = await stopping.listening();
	const peer = await wsConnect(agent.host, port);
	const quick = await stopping.connection();
	const raw = await rawConnect(t, agent, port);
	await raw.upgrade();
	const slow = await stopping.connection();
	await stopping.stop();
	await peer.closed();
	await stopping.next("close");
	// Start and stop once more: a second `close` of the first stop() would have been emitted by then.
	await stopping.listening();
	await stopping.stop();
	await stopping.next("close");
	const names = [quick.name, slow.name, stopping.name];
	const closes = agent.log.filter(({ of, event }) => event === "close" && names.includes(of));
	t.deepEqual(
		closes.map(({ of }) => of),
		[quick.name, slow.name, stopping.name, stopping.name],
	);
});

test("stop() ends handshakes that are half done", async (t) => {
	// Longer than the timeout of the test: only stop() can end the handshakes.
	const stopping = await server(t, agent, { handshakeTimeout: 600_000 });
	const port = await stopping.listening();
	const silent = await rawConnect(t, agent, port);
	const halfway = await rawConnect(t, agent, port);
	halfway.write("GET / HTTP/1.1\r\nHost: x\r\n");
	// After a complete further connection, the device has accepted both.
	const peer = await wsConnect(agent.host, port);
	await stopping.connection();
	await stopping.stop();
	await silent.readEnd();
	await halfway.readEnd();
	await peer.closed();
	await stopping.next("close");
	t.deepEqual(stopping.order, ["listening", "connection", "close"]);
});

test("a stopped server can be started again", async (t) => {
	const again = await server(t, agent);
	for (let round = 0; round < 3; round++) {
		const port = await again.listening();
		const peer = await wsConnect(agent.host, port);
		const socket = await again.connection();
		await socket.send({ round });
		t.deepEqual(await peer.json(), { round });
		await again.stop();
		t.is((await peer.closed()).code, 1001);
		await again.next("close");
	}
	t.deepEqual(again.order, new Array(3).fill(["listening", "connection", "close"]).flat());
});

test("start() from inside a close listener starts again", async (t) => {
	const { server: again, peer } = await serverAndWs(t, agent);
	await again.listen("close", [again.step("start")], "once");
	await again.stop();
	await peer.closed();
	await again.next("close");
	await again.next("listening");
	const second = await wsConnect(agent.host, (await again.get("port")) as number);
	await again.connection();
	second.socket.terminate();
	t.is(again.all("listening").length, 2);
});

test("stop() of a server that was not started emits nothing", async (t) => {
	const idle = await server(t, agent);
	await idle.stop();
	await idle.listening();
	t.deepEqual(idle.order, ["listening"]);
});

test("stop() from inside a connection listener closes that connection too", async (t) => {
	const stopping = await server(t, agent);
	await stopping.listen("connection", [stopping.step("stop")]);
	const port = await stopping.listening();
	const peer = await wsConnect(agent.host, port);
	t.is((await peer.closed()).code, 1001);
	await stopping.next("close");
	t.is(stopping.all("close").length, 1);
});

test("hostInterface localhost, the default, answers on loopback", async (t) => {
	for (const options of [{}, { hostInterface: "localhost" }, { hostInterface: "127.0.0.1" }]) {
		const listening = await server(t, agent, options);
		const peer = await wsConnect(agent.host, await listening.listening());
		await listening.connection();
		peer.socket.terminate();
	}
	t.pass();
});

test("a hostInterface that cannot be enforced is an error at start(), never a listening on everything", async (t) => {
	for (const hostInterface of ["203.0.113.1", "no-such-interface.invalid"]) {
		const impossible = await server(t, agent, { hostInterface });
		await impossible.call("start");
		const [message] = await impossible.next("error");
		t.true((message as string).includes(hostInterface), message as string);
		t.deepEqual(impossible.order, ["error"]);
	}
});

test("several clients are served at the same time, each with its own Socket", async (t) => {
	const listening = await server(t, agent);
	const port = await listening.listening();
	const pairs = [];
	for (let i = 0; i < 4; i++) {
		const peer = await wsConnect(agent.host, port, `/${i}`);
		t.teardown(() => peer.socket.terminate());
		pairs.push({ peer, socket: await listening.connection() });
	}
	for (const [i, { peer, socket }] of pairs.entries()) {
		peer.send(JSON.stringify({ from: i }));
		t.deepEqual((await socket.next("message"))[0], { from: i });
		await socket.send({ to: i });
		t.deepEqual(await peer.json(), { to: i });
	}
});

test("a server survives peers that connect and disconnect at once", async (t) => {
	const listening = await server(t, agent);
	const port = await listening.listening();
	for (let i = 0; i < 20; i++) {
		const raw = await rawConnect(t, agent, port);
		if (i % 2) raw.reset();
		else raw.socket.destroy();
		if (i % 3 === 0) await once(raw.socket, "close");
	}
	const peer = await wsConnectWhenThereIsRoom(port);
	const socket = await listening.connection();
	peer.send("1");
	t.is((await socket.next("message"))[0], 1);
	peer.socket.terminate();
	t.false(listening.order.includes("error"));
});

test("a server survives peers that reset their connections while they wait for room", async (t) => {
	const listening = await server(t, agent, { maxConnections: 1 });
	const port = await listening.listening();
	// Two take the places; the others wait, until the silent ones make room.
	for (let i = 0; i < 2; i++) await rawConnect(t, agent, port);
	for (let i = 0; i < 4; i++) (await rawConnect(t, agent, port)).reset();
	const peer = await wsConnectWhenThereIsRoom(port);
	t.teardown(() => peer.socket.terminate());
	const socket = await listening.connection();
	peer.send("1");
	t.is((await socket.next("message"))[0], 1);
});

test("stop() and start() in one turn, with clients: close and listening, in this order", async (t) => {
	const { server: again, socket, peer } = await serverAndWs(t, agent);
	await agent.run(again.step("stop"), again.step("start"));
	t.is((await peer.closed()).code, 1001);
	await again.next("close");
	await again.next("listening");
	const second = await wsConnect(agent.host, (await again.get("port")) as number);
	t.teardown(() => second.socket.terminate());
	await again.connection();
	t.deepEqual(again.order, ["listening", "connection", "close", "listening", "connection"]);
	t.is(socket.order.at(-1), "close");
	t.true((socket.times("close")[0] as number) <= (again.times("close")[0] as number));
});

for (const [what, connected] of [
	["without a client", false],
	["with a client", true],
] as const) {
	test(`starts and stops in one turn have an event each, in order, ${what}`, async (t) => {
		const { server: busy, peer } = await serverAndWs(t, agent);
		if (!connected) {
			peer.socket.terminate();
			await busy.stop();
			await busy.next("close");
			await busy.listening();
		}
		const before = busy.order.length;
		const names = ["stop", "start", "start", "stop", "stop", "start", "stop"];
		await agent.run(...names.map((name) => busy.step(name)));
		for (let count = 0; count < 2; count++) await busy.next("listening");
		for (let count = 0; count < 3; count++) await busy.next("close");
		t.deepEqual(busy.order.slice(before), ["close", "listening", "close", "listening", "close"]);
		t.is(await busy.get("port"), undefined);
		await busy.listening();
		t.is(busy.order.length, before + 6);
	});
}

test("start() and stop() in one turn: listening and close", async (t) => {
	const hasty = await server(t, agent);
	await agent.run(hasty.step("start"), hasty.step("stop"));
	await hasty.next("close");
	t.deepEqual(hasty.order, ["listening", "close"]);
});

test("a port that is taken gives an error for each start, and none for the stops between", async (t) => {
	const first = await server(t, agent);
	const port = await first.listening();
	const second = await server(t, agent, { port });
	await agent.run(...["start", "stop", "start", "stop", "stop"].map((name) => second.step(name)));
	await second.next("error");
	await second.next("error");
	await first.stop();
	await first.next("close");
	t.is(await second.listening(), port);
	t.deepEqual(second.order, ["error", "error", "listening"]);
});

test("stop() and start() in listeners take their turn", async (t) => {
	const busy = await server(t, agent);
	await busy.listen("close", [busy.step("stop")], "once");
	await busy.listen("listening", [busy.step("start")], "once");
	await agent.run(...["start", "stop", "start"].map((name) => busy.step(name)));
	await busy.next("close");
	await busy.next("close");
	const ran = (event: string) => !event.startsWith("ran ");
	t.deepEqual(busy.order.filter(ran), ["listening", "close", "listening", "close"]);
});

/** Retries after a 503, or an end without an answer: connections that have just ended may still be counted. */
async function wsConnectWhenThereIsRoom(port: number) {
	for (;;) {
		try {
			return await wsConnect(agent.host, port);
		} catch (error) {
			if (!/503|hang up|ECONNRESET/.test((error as Error).message)) throw error;
		}
	}
}
