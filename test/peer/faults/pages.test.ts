import { once } from "node:events";
import { request } from "node:http";
import test, { type ExecutionContext } from "ava";
import { boundedMemory, servesOthers } from "../../device/driver/attack.js";
import { Agent } from "../../device/driver/driver.js";
import { rawConnect, server } from "../../device/driver/pairs.js";
import type { RemoteServer } from "../../device/driver/remote.js";
import { onDevice } from "../../device/driver/wire.js";
import { httpRequest } from "../../support/http.js";
import type { RawConnection } from "../../support/rawconnection.js";
import { type WsConnection, wsConnect } from "../../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());
test.afterEach.always("the windows are those of a board again", () =>
	agent.configure({ readWindow: 5744, writeWindow: 8192, splitReads: false }),
);

const watch = ["listening", "connection", "open", "close", "error", "message"];

const size = 60_000;
const page = Buffer.from(Uint8Array.from({ length: size }, (_, index) => index));

/** Starts a server with a page of 60000 bytes at "/", made on the device, and a short one at "/short". */
async function serve(t: ExecutionContext, options: object = {}): Promise<RemoteServer> {
	const pages = { "/": onDevice.bytes(size), "/short": new Uint8Array(Buffer.from("short")) };
	return server(t, agent, { pages, ...options }, watch);
}

/** Checks that an open WebSocket has not noticed anything. */
async function talks(t: ExecutionContext, listening: RemoteServer, peer: WsConnection): Promise<void> {
	const [socket] = (await listening.all("connection")[0]) as [{ next(event: string): Promise<unknown[]> }];
	peer.send('"still here"');
	t.is((await socket.next("message"))[0], "still here");
}

// Serial, because the windows and the memory are shared by the device.
for (const window of [1, 7, 1436])
	test.serial(`a page passes a window of ${window} bytes`, async (t) => {
		const length = window === 1 ? 700 : 6000;
		const pages = { "/": onDevice.bytes(length) };
		await agent.configure({ readWindow: window, writeWindow: window, splitReads: true });
		const port = await (await server(t, agent, { pages, handshakeTimeout: 0 })).listening();
		const { status, body } = await httpRequest(agent.host, port);
		t.is(status, 200);
		t.deepEqual(body, page.subarray(0, length));
		const { headers } = await httpRequest(agent.host, port, "/", { method: "HEAD" });
		t.is(headers["content-length"], String(length));
	});

test.serial("200 reloads leave no memory in use, and open sockets do not notice", async (t) => {
	const listening = await serve(t);
	const port = await listening.listening();
	const peer = await wsConnect(agent.host, port);
	t.teardown(() => peer.socket.terminate());
	await listening.connection();
	const reload = async () => {
		const { status, headers, body } = await httpRequest(agent.host, port);
		t.is(status, 200);
		t.is(body.compare(page), 0);
		const known = { "If-None-Match": headers.etag as string };
		t.is((await httpRequest(agent.host, port, "/", { headers: known })).status, 304);
	};
	await reload();
	const before = await agent.memory();
	for (let count = 0; count < 200; count++) await reload();
	const after = await agent.memory();
	t.true(after.slots - before.slots < 100, `${before.slots} slots, then ${after.slots}`);
	t.true(after.chunks - before.chunks < 4096, `${before.chunks} bytes, then ${after.chunks}`);
	await talks(t, listening, peer);
});

test.serial(
	"the page is never in memory: a client that does not read it holds one piece at most",
	async (t) => {
		const listening = await serve(t);
		const port = await listening.listening();
		await httpRequest(agent.host, port);
		await agent.configure({ writeWindow: 2000 });
		const before = await agent.memory();
		const raw = await rawConnect(t, agent, port);
		raw.socket.pause();
		raw.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		await servesOthers(agent, listening);
		const during = await agent.memory();
		t.true(during.chunks - before.chunks < 10_000, `${before.chunks} bytes, then ${during.chunks}`);
		raw.socket.resume();
		await raw.readEnd();
	},
);

test.serial("clients that stop reading are ended: one that waits for their room is served", async (t) => {
	const pages = { "/": onDevice.bytes(8_000_000), "/short": new Uint8Array(Buffer.from("short")) };
	const port = await (await server(t, agent, { pages, maxConnections: 1 }, watch)).listening();
	// As many as there is room for, and more than what the buffers of both sides hold.
	for (let count = 0; count < 2; count++) {
		const raw = await rawConnect(t, agent, port);
		raw.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		await raw.readHead();
		raw.socket.pause();
	}
	t.is((await httpRequest(agent.host, port, "/short")).body.toString(), "short");
});

test.serial("eight idle connections of a browser keep no page and no WebSocket out", async (t) => {
	const listening = await serve(t);
	const port = await listening.listening();
	const idle = await Promise.all(Array.from({ length: 8 }, () => rawConnect(t, agent, port)));
	const answers = await Promise.all([1, 2, 3, 4].map(() => httpRequest(agent.host, port)));
	for (const { body } of answers) t.is(body.compare(page), 0);
	await servesOthers(agent, listening);
	t.true(idle.filter((raw) => raw.ended).length < 8, "only as many as needed were ended");
	// The others can still be used.
	const rest = idle.find((raw) => !raw.ended) as RawConnection;
	rest.write("GET /short HTTP/1.1\r\nHost: a\r\n\r\n");
	t.regex(await rest.readHead(), /^HTTP\/1\.1 200 /);
});

test.serial("a request that never ends gets 408", async (t) => {
	const listening = await serve(t, { handshakeTimeout: 500 });
	const raw = await rawConnect(t, agent, await listening.listening());
	raw.write("GET / HTTP/1.1\r\nHost: a\r\nX-Never: ");
	const drip = setInterval(() => raw.ended || raw.write("e"), 20);
	t.teardown(() => clearInterval(drip));
	t.regex(await raw.readHead(), /^HTTP\/1\.1 408 /);
	await raw.readEnd();
	await servesOthers(agent, listening);
});

test.serial("a request with a head beyond maxHeadSize gets 431", async (t) => {
	const listening = await serve(t);
	const raw = await rawConnect(t, agent, await listening.listening());
	raw.write(`GET /${"a".repeat(3000)} HTTP/1.1\r\nHost: a\r\n\r\n`);
	t.regex(await raw.readHead(), /^HTTP\/1\.1 431 /);
});

test.serial("a POST of 1 MB gets 405 and ends; open sockets do not notice", async (t) => {
	const listening = await serve(t);
	const port = await listening.listening();
	const peer = await wsConnect(agent.host, port);
	t.teardown(() => peer.socket.terminate());
	await listening.connection();
	await boundedMemory(t, agent, async () => {
		const posting = request({ host: agent.host, port, method: "POST", agent: false });
		const closed = new Promise((resolve) => posting.on("close", resolve));
		posting.on("error", () => {});
		const answered = once(posting, "response");
		posting.end(Buffer.alloc(1_000_000, "x"));
		const [response] = await answered;
		t.is(response.statusCode, 405);
		t.is(response.headers.allow, "GET, HEAD");
		response.on("error", () => {});
		response.resume();
		await closed;
	});
	await talks(t, listening, peer);
});

test.serial("100 requests at once are all answered, and open sockets do not notice", async (t) => {
	const listening = await serve(t);
	const port = await listening.listening();
	const peers = [await wsConnect(agent.host, port), await wsConnect(agent.host, port)];
	for (const peer of peers) t.teardown(() => peer.socket.terminate());
	for (const _ of peers) await listening.connection();
	await boundedMemory(t, agent, async () => {
		const answers = await Promise.all(
			Array.from({ length: 100 }, (_, index) =>
				httpRequest(agent.host, port, index % 2 ? "/" : index % 4 ? "/short" : "/missing"),
			),
		);
		t.deepEqual(
			answers.map(({ status }) => status),
			answers.map((_, index) => (index % 4 ? 200 : 404)),
		);
		for (const [index, { body }] of answers.entries()) if (index % 2) t.is(body.compare(page), 0);
	});
	await talks(t, listening, peers[0] as WsConnection);
	t.is(listening.all("connection").length, 2);
});
