import test, { type ExecutionContext } from "ava";
import { Agent } from "../device/driver/driver.js";
import { rawConnect, server } from "../device/driver/pairs.js";
import type { RemoteServer } from "../device/driver/remote.js";
import { onDevice } from "../device/driver/wire.js";
import { frame, opcodes } from "../support/frames.js";
import { upgradeRequest as request } from "../support/handshake.js";
import { wsConnect, wsRefused } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** A Server behind an HTTP server of the device. It does not listen. It gets `together` requests in one turn. */
async function behind(
	t: ExecutionContext,
	options: object = {},
	together = 1,
): Promise<{ attached: RemoteServer; port: number }> {
	const attached = await server(t, agent, options);
	const call = { do: "call", on: "doorway", method: "open", arguments: [attached.name, together] } as const;
	const [port] = await agent.run(call);
	return { attached, port: port as number };
}

test("a page and WebSockets on one port, of a server that does not listen", async (t) => {
	const { attached, port } = await behind(t, { protocols: "telemetry" });
	const page = await fetch(`http://${agent.host}:${port}/page`);
	t.is(page.status, 200);
	t.regex(await page.text(), /<title>page<\/title>/);
	const peer = await wsConnect(agent.host, port, "/socket?a=1", ["other", "telemetry"]);
	t.teardown(() => peer.socket.terminate());
	t.is(peer.socket.protocol, "telemetry");
	const socket = await attached.connection();
	await socket.next("open");
	t.is(await socket.get("path"), "/socket?a=1");
	t.regex(String(await socket.get("remoteAddress")), /^[\d.]+$/);
	peer.send('{"n":1}');
	t.deepEqual(await socket.next("message"), [{ n: 1 }, { binary: false }]);
	await socket.send({ n: 2 });
	t.deepEqual(await peer.json(), { n: 2 });
	await socket.send("x".repeat(3000));
	t.is(((await peer.json()) as string).length, 3000);
	peer.socket.close(1000);
	t.deepEqual(await socket.next("close"), [1000, ""]);
	t.is(await attached.get("port"), undefined);
	t.deepEqual(attached.order, ["connection"]);
});

test("bytes behind the head reach the Socket, also those of the same segment", async (t) => {
	const { attached, port } = await behind(t);
	const raw = await rawConnect(t, agent, port);
	raw.write(request("/"), frame(opcodes.text, '"early"', { mask: true }));
	const socket = await attached.connection();
	t.is((await socket.next("message"))[0], "early");
	t.regex(await raw.readHead(), /^HTTP\/1\.1 101 .*s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/s);
	raw.write(frame(opcodes.text, '"next"', { mask: true }));
	t.is((await socket.next("message"))[0], "next");
});

test("a head that arrives in pieces", async (t) => {
	const { attached, port } = await behind(t);
	const raw = await rawConnect(t, agent, port);
	const head = request("/pieces");
	for (let start = 0; start < head.length; start += 20) {
		raw.write(head.slice(start, start + 20));
		await new Promise(setImmediate);
	}
	t.regex(await raw.readHead(), /^HTTP\/1\.1 101 /);
	await attached.connection();
});

test("the server's own checks and refusals apply", async (t) => {
	const { attached, port } = await behind(t, {
		path: "/socket",
		allowedOrigins: "same",
		verifyHeaders: "Authorization",
		verify: onDevice.verify({ "/socket": { resolves: true } }),
	});
	const statusOf = async (text: string): Promise<number> => {
		const raw = await rawConnect(t, agent, port);
		raw.write(text);
		const head = await raw.readHead();
		await raw.readEnd();
		t.regex(head, /\r\nConnection: close\r\n/);
		return Number(/^HTTP\/1\.1 (\d+) /.exec(head)?.[1]);
	};
	t.is(await statusOf(request("/other")), 404);
	t.is(await statusOf(request("/socket", "Origin: http://evil.example\r\n")), 403);
	t.is(await statusOf(request("/socket").replace("Upgrade: websocket\r\n", "")), 426);
	t.is(await statusOf(request("/socket").replace("Version: 13", "Version: 8")), 426);
	t.is(await statusOf(request("/socket").replace("GET", "HEAD")), 405);
	t.is(await statusOf(request("/socket").replace("dGhl", "")), 400);
	t.is(await statusOf(request("/socket", `X-Long: ${"x".repeat(2100)}\r\n`)), 431);
	const peer = await wsConnect(agent.host, port, "/socket", [], {
		origin: `http://${agent.host}:${port}`,
		headers: { Authorization: "Basic dTpw" },
	});
	t.teardown(() => peer.socket.terminate());
	await attached.connection();
	const line = await agent.traced(/^verify .*"path":"\/socket"/);
	t.true(line.includes('"headers":{"authorization":"Basic dTpw"}'), line);
	t.is(attached.all("connection").length, 1);
});

test("maxConnections counts attached sockets and the server's own together", async (t) => {
	const { attached, port } = await behind(t, { maxConnections: 2 });
	const own = await attached.listening();
	const first = await wsConnect(agent.host, port);
	const second = await wsConnect(agent.host, own);
	t.teardown(() => second.socket.terminate());
	const socket = await attached.connection();
	await attached.connection();
	t.is((await wsRefused(agent.host, port)).status, 503);
	t.is((await wsRefused(agent.host, own)).status, 503);
	first.socket.close();
	await socket.next("close");
	const third = await wsConnect(agent.host, port);
	t.teardown(() => third.socket.terminate());
	await attached.connection();
});

test("of several requests that are attached in one turn, as many as there is room for are accepted", async (t) => {
	const { attached, port } = await behind(t, { maxConnections: 2 }, 4);
	const heads = await Promise.all(
		Array.from({ length: 4 }, async () => {
			const raw = await rawConnect(t, agent, port);
			raw.write(request("/"));
			return raw.readHead();
		}),
	);
	const statuses = heads.map((head) => Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 000".length)));
	t.deepEqual(statuses.sort(), [101, 101, 503, 503]);
	await attached.connection();
	await attached.connection();
	t.is(attached.all("connection").length, 2);
});

test("stop() without a listener closes attached sockets, and close follows once", async (t) => {
	const { attached, port } = await behind(t);
	for (let round = 0; round < 2; round++) {
		const peers = [await wsConnect(agent.host, port), await wsConnect(agent.host, port)];
		const sockets = [await attached.connection(), await attached.connection()];
		await agent.run(attached.step("stop"), attached.step("stop"));
		for (const peer of peers) t.is((await peer.closed()).code, 1001);
		for (const socket of sockets) t.is((await socket.next("close"))[0], 1001);
		await attached.next("close");
	}
	t.deepEqual(attached.order, ["connection", "connection", "close", "connection", "connection", "close"]);
});

test("stop() of a server with no connection does nothing, and the last socket's end is no stop", async (t) => {
	const { attached, port } = await behind(t);
	await attached.stop();
	const peer = await wsConnect(agent.host, port);
	const socket = await attached.connection();
	peer.socket.close();
	await socket.next("close");
	await attached.stop();
	await attached.listening();
	await attached.stop();
	await attached.next("close");
	t.deepEqual(attached.order, ["connection", "listening", "close"]);
});

test("start() and stop() of a server with attached sockets", async (t) => {
	const { attached, port } = await behind(t);
	const peer = await wsConnect(agent.host, port);
	await attached.connection();
	await attached.listening();
	await attached.stop();
	t.is((await peer.closed()).code, 1001);
	await attached.next("close");
	const again = await wsConnect(agent.host, port);
	await attached.connection();
	await agent.run(attached.step("stop"), attached.step("start"));
	t.is((await again.closed()).code, 1001);
	await attached.next("listening");
	t.deepEqual(attached.order, ["connection", "listening", "close", "connection", "close", "listening"]);
});

test("a start() that fails next to attached sockets: stop() still closes them", async (t) => {
	const taken = await server(t, agent);
	const { attached, port } = await behind(t, { port: await taken.listening() });
	const peer = await wsConnect(agent.host, port);
	await attached.connection();
	await agent.run(attached.step("start"), attached.step("stop"));
	await attached.next("error");
	t.is((await peer.closed()).code, 1001);
	await attached.next("close");
	t.deepEqual(attached.order, ["connection", "error", "close"]);
});

test("stop() ends an attached request that waits for verify", async (t) => {
	const { attached, port } = await behind(t, { verify: onDevice.verify({ "/wait": { waits: true } }) });
	const raw = await rawConnect(t, agent, port);
	raw.write(request("/wait"));
	await agent.traced(/^verify .*"\/wait"/);
	await attached.stop();
	await attached.next("close");
	await raw.readEnd();
	t.deepEqual(attached.order, ["close"]);
});

test("liveness applies: an attached peer that is silent is dropped", async (t) => {
	const { attached, port } = await behind(t, { pingInterval: 100, pongTimeout: 100 });
	const raw = await rawConnect(t, agent, port);
	raw.write(request("/"));
	await raw.readHead();
	const socket = await attached.connection();
	await raw.readFrameOf(opcodes.ping);
	t.is((await socket.next("close"))[0], 1006);
});

test("arguments of attach() that are wrong throw a TypeError that names them", async (t) => {
	const attached = await server(t, agent);
	const misuse = async (...values: unknown[]): Promise<string> => {
		const call = { do: "call", on: "doorway", method: "misuse" } as const;
		const [outcome] = await agent.attempt({ ...call, arguments: [attached.name, ...values] as never });
		return outcome && "error" in outcome ? `${outcome.error.name}: ${outcome.error.message}` : "no error";
	};
	t.regex(await misuse(null, {}), /TypeError: socket is null; it must be a connected TCP socket/);
	t.regex(await misuse({}, {}), /TypeError: socket is an object; it must be a connected TCP socket/);
});
