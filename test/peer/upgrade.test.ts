import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { rawConnect, server } from "../device/driver/pairs.js";
import type { RemoteServer } from "../device/driver/remote.js";
import { frame, opcodes } from "../support/frames.js";
import type { RawConnection } from "../support/rawconnection.js";
import { wsConnect, wsRefused } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** Reads the complete answer to a refused request, up to the end of the connection. */
async function refusal(raw: RawConnection): Promise<{ status: number; head: string; body: string }> {
	const head = await raw.readHead();
	await raw.readEnd();
	return { status: Number(/^HTTP\/1\.1 (\d+) /.exec(head)?.[1]), head, body: raw.unread.toString() };
}

/** Checks that the server still serves: a WebSocket can be opened. */
async function stillServes(listening: RemoteServer): Promise<void> {
	const peer = await wsConnect(agent.host, (await listening.get("port")) as number);
	const socket = await listening.connection();
	peer.send('"alive"');
	await socket.next("message");
	peer.socket.terminate();
	await socket.next("close");
}

const key = "dGhlIHNhbXBsZSBub25jZQ==";

function request(lines: Partial<Record<string, string | undefined>> = {}, first = "GET / HTTP/1.1"): string {
	const headers = {
		Host: "localhost",
		Upgrade: "websocket",
		Connection: "Upgrade",
		"Sec-WebSocket-Key": key,
		"Sec-WebSocket-Version": "13",
		...lines,
	};
	const text = Object.entries(headers).map(([name, value]) =>
		value === undefined ? "" : `${name}: ${value}\r\n`,
	);
	return `${first}\r\n${text.join("")}\r\n`;
}

test("the answer to a good request is that of the RFC's example", async (t) => {
	const listening = await server(t, agent);
	const raw = await rawConnect(t, agent, await listening.listening());
	raw.write(request());
	const head = await raw.readHead();
	t.true(head.startsWith("HTTP/1.1 101 "), head);
	t.regex(head, /\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
	t.regex(head, /\r\nupgrade: websocket\r\n/i);
	t.regex(head, /\r\nconnection: upgrade\r\n/i);
	t.notRegex(head, /extensions|protocol:/i);
	await listening.connection();
});

const accepted: [what: string, text: string][] = [
	["header names in odd case", request().replaceAll(/^[\w-]+:/gm, (name) => name.toUpperCase())],
	["header names in small letters", request().replaceAll(/^[\w-]+:/gm, (name) => name.toLowerCase())],
	["Connection as a list", request({ Connection: "keep-alive, Upgrade" })],
	["Connection as a list in odd case without blanks", request({ Connection: "foo,UPGRADE ,bar" })],
	["Upgrade in odd case", request({ Upgrade: "WebSocket" })],
	["no blanks after the colons", request().replaceAll(": ", ":")],
	["blanks around the values", request().replaceAll(/: (.*)\r\n/g, ":  $1 \t\r\n")],
	[
		"headers nobody knows",
		request({ "X-Nobody": "knows", "Sec-WebSocket-Extensions": "permessage-deflate" }),
	],
	["Connection twice", request().replace("\r\n\r\n", "\r\nConnection: keep-alive\r\n\r\n")],
	["a query", request({}, "GET /?a=b HTTP/1.1")],
];

for (const [what, text] of accepted) {
	test(`a request with ${what} is accepted`, async (t) => {
		const listening = await server(t, agent);
		const raw = await rawConnect(t, agent, await listening.listening());
		raw.write(text);
		const head = await raw.readHead();
		t.true(head.startsWith("HTTP/1.1 101 "), head);
		t.notRegex(head, /extensions/i);
		const socket = await listening.connection();
		raw.write(frame(opcodes.text, "1", { mask: true }));
		t.is((await socket.next("message"))[0], 1);
	});
}

const refused: [what: string, status: number, text: string][] = [
	["no WebSocket at all", 426, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
	["no Upgrade", 426, request({ Upgrade: undefined })],
	["another Upgrade", 426, request({ Upgrade: "h2c" })],
	["no Connection: Upgrade", 400, request({ Connection: "keep-alive" })],
	["POST", 405, request({}, "POST / HTTP/1.1")],
	["HEAD", 405, request({}, "HEAD / HTTP/1.1")],
	["no key", 400, request({ "Sec-WebSocket-Key": undefined })],
	["a key that is too short", 400, request({ "Sec-WebSocket-Key": "dG9vIHNob3J0" })],
	["a key that is not base64", 400, request({ "Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!==" })],
	["no version", 426, request({ "Sec-WebSocket-Version": undefined })],
	["version 8", 426, request({ "Sec-WebSocket-Version": "8" })],
	["no Host", 400, request({ Host: undefined })],
	["HTTP/1.0", 400, request({}, "GET / HTTP/1.0")],
	["nonsense", 400, "hello, is this an HTTP server?\r\n\r\n"],
	["a header without a colon", 400, request().replace("\r\n\r\n", "\r\nno colon here\r\n\r\n")],
	["a blank before the colon", 400, request().replace("Host:", "Host :")],
	["a head of more than 2048 bytes", 431, request({ "X-Long": "x".repeat(2048) })],
	["a head that does not end", 431, `GET / HTTP/1.1\r\nX-Long: ${"x".repeat(4096)}`],
];

for (const [what, status, text] of refused) {
	test(`a request with ${what} gets ${status}, and then the connection ends`, async (t) => {
		const listening = await server(t, agent);
		const raw = await rawConnect(t, agent, await listening.listening());
		raw.write(text);
		const answer = await refusal(raw);
		t.is(answer.status, status, answer.head);
		t.regex(answer.head, /\r\nconnection: close\r\n/i);
		// RFC 9110 section 9.3.2: the response to HEAD has no content, but may have the length of that to GET.
		if (what === "HEAD") t.is(answer.body, "");
		else
			t.is(Number(/\r\ncontent-length: (\d+)\r\n/i.exec(answer.head)?.[1]), Buffer.byteLength(answer.body));
		if (status === 426) t.regex(answer.head, /\r\nsec-websocket-version: 13\r\n/i);
		await stillServes(listening);
		t.deepEqual(listening.order, ["listening", "connection"]);
	});
}

test("a head of 2048 bytes is accepted", async (t) => {
	const listening = await server(t, agent);
	const raw = await rawConnect(t, agent, await listening.listening());
	const length = request({ "X-Long": "" }).length;
	raw.write(request({ "X-Long": "x".repeat(2048 - length) }));
	t.true((await raw.readHead()).startsWith("HTTP/1.1 101 "));
	await listening.connection();
});

test("a head that comes byte by byte is accepted", async (t) => {
	const listening = await server(t, agent);
	const raw = await rawConnect(t, agent, await listening.listening());
	for (const byte of Buffer.from(request())) {
		raw.write(Uint8Array.of(byte));
		await new Promise(setImmediate);
	}
	t.true((await raw.readHead()).startsWith("HTTP/1.1 101 "));
	await listening.connection();
});

test("bytes after the head belong to the first frames", async (t) => {
	const listening = await server(t, agent);
	const raw = await rawConnect(t, agent, await listening.listening());
	raw.write(
		request(),
		frame(opcodes.text, "1", { mask: true }),
		frame(opcodes.text, '"two"', { mask: true }),
	);
	const socket = await listening.connection();
	t.is((await socket.next("message"))[0], 1);
	t.is((await socket.next("message"))[0], "two");
	t.deepEqual(socket.order, ["open", "message", "message"]);
});

test("handshakeTimeout ends a connection that sends no request, and is 5000 ms unless given", async (t) => {
	const unspecified = await server(t, agent);
	const quicker = await server(t, agent, { handshakeTimeout: 300 });
	const slower = await server(t, agent, { handshakeTimeout: 6000 });
	const ports = [await quicker.listening(), await unspecified.listening(), await slower.listening()];
	const ended: number[] = [];
	await Promise.all(
		ports.map(async (port, i) => {
			const raw = await rawConnect(t, agent, port);
			raw.write("GET / HTTP/1.1\r\n");
			await raw.readEnd();
			ended.push(i);
		}),
	);
	t.deepEqual(ended, [0, 1, 2]);
	t.deepEqual(quicker.order, ["listening"]);
});

test("handshakeTimeout is not extended by single bytes", async (t) => {
	const listening = await server(t, agent, { handshakeTimeout: 300 });
	const raw = await rawConnect(t, agent, await listening.listening());
	const trickle = setInterval(() => raw.ended || raw.write("x"), 50);
	t.teardown(() => clearInterval(trickle));
	await raw.readEnd();
	t.deepEqual(listening.order, ["listening"]);
});

test("handshakeTimeout does not apply to an open connection", async (t) => {
	const listening = await server(t, agent, { handshakeTimeout: 1500 });
	const port = await listening.listening();
	const peer = await wsConnect(agent.host, port);
	t.teardown(() => peer.socket.terminate());
	const socket = await listening.connection();
	// Wait until the timeout has ended a later connection.
	const silent = await rawConnect(t, agent, port);
	await silent.readEnd();
	peer.send("1");
	t.is((await socket.next("message"))[0], 1);
});

test("maxConnections is 4 unless given; one more gets 503 with Retry-After, and comes in when one has gone", async (t) => {
	for (const [options, most] of [
		[{}, 4],
		[{ maxConnections: 1 }, 1],
		[{ maxConnections: 2 }, 2],
	] as const) {
		const listening = await server(t, agent, options);
		const port = await listening.listening();
		const peers = [];
		for (let i = 0; i < most; i++) {
			const peer = await wsConnect(agent.host, port);
			t.teardown(() => peer.socket.terminate());
			peers.push(peer);
		}
		const { status, headers } = await wsRefused(agent.host, port);
		t.is(status, 503);
		t.regex(headers["retry-after"] ?? "", /^\d+$/);
		const [first] = peers;
		const socket = await listening.connection();
		first?.socket.close(1000);
		await first?.closed();
		await socket.next("close");
		const next = await wsConnect(agent.host, port);
		next.socket.terminate();
		t.is(listening.all("error").length, 0);
	}
});

test("a connection that only waits for its end is replaced by a new one", async (t) => {
	const listening = await server(t, agent, { maxConnections: 1, closeTimeout: 0x7fffffff });
	const port = await listening.listening();
	const raw = await rawConnect(t, agent, port);
	await raw.upgrade();
	const socket = await listening.connection();
	t.is((await wsRefused(agent.host, port)).status, 503);
	await socket.close();
	await raw.readClose();
	// The peer does not answer the close frame.
	const peer = await wsConnect(agent.host, port);
	await listening.connection();
	await raw.readEnd();
	await socket.next("close");
	peer.socket.terminate();
});

test("silent connections, however many, do not block other clients", async (t) => {
	// Only a new connection can end a silent one.
	const listening = await server(t, agent, { handshakeTimeout: 600_000 });
	const port = await listening.listening();
	const silent: RawConnection[] = [];
	const addSilent = async () => {
		const raw = await rawConnect(t, agent, port);
		silent.push(raw);
		// Half of them send a part of a request.
		if (silent.length % 2) raw.write("GET / HTTP/1.1\r\nHost: x\r\n");
	};
	for (let count = 0; count < 12; count++) await addSilent();
	for (let count = 0; count < 4; count++) {
		const peer = await wsConnect(agent.host, port, `/${count}`);
		t.teardown(() => peer.socket.terminate());
		const socket = await listening.connection();
		for (let more = 0; more < 3; more++) await addSilent();
		peer.send("1");
		t.is((await socket.next("message"))[0], 1);
	}
	// Full of honest ones, it still answers.
	t.is((await wsRefused(agent.host, port)).status, 503);
	// 2 x 4 at a time: the four that are open, and the last silent ones.
	for (const raw of silent.slice(0, -4)) await raw.readEnd();
	t.is(silent.at(-1)?.ended, false);
	t.deepEqual(listening.order, ["listening", ...new Array(4).fill("connection")]);
});

test("clients and silent connections that come at the same time all get what they ask for", async (t) => {
	const listening = await server(t, agent, { maxConnections: 6 });
	const port = await listening.listening();
	const peers = await Promise.all(
		[0, 1, 2, 3, 4, 5].map(async (index) => {
			await rawConnect(t, agent, port);
			return wsConnect(agent.host, port, `/${index}`);
		}),
	);
	for (const peer of peers) t.teardown(() => peer.socket.terminate());
	for (const _ of peers) await listening.connection();
	t.pass();
});

test("refused connections that stay open do not block other clients", async (t) => {
	const listening = await server(t, agent, { maxConnections: 1 });
	const port = await listening.listening();
	for (let count = 0; count < 5; count++) {
		const raw = await rawConnect(t, agent, port);
		raw.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
		t.regex(await raw.readHead(), / 426 /);
	}
	const peer = await wsConnect(agent.host, port);
	await listening.connection();
	peer.socket.terminate();
});

test("path: only that path, else 404; without it every path", async (t) => {
	const listening = await server(t, agent, { path: "/device" });
	const port = await listening.listening();
	for (const path of ["/", "/other", "/devices", "/device/", "/Device"]) {
		t.is((await wsRefused(agent.host, port, path)).status, 404, path);
	}
	for (const path of ["/device", "/device?query=1"]) {
		const peer = await wsConnect(agent.host, port, path);
		const socket = await listening.connection();
		t.is(await socket.get("path"), path);
		peer.socket.terminate();
		await socket.next("close");
	}
	const open = await server(t, agent);
	const peer = await wsConnect(agent.host, await open.listening(), "/any/path?at=all");
	t.is(await (await open.connection()).get("path"), "/any/path?at=all");
	peer.socket.terminate();
});

test("protocols: the first offered that the server knows is echoed", async (t) => {
	const listening = await server(t, agent, { protocols: ["telemetry", "chat"] });
	const port = await listening.listening();
	for (const [offered, chosen] of [
		[["chat", "telemetry"], "chat"],
		[["unknown", "telemetry"], "telemetry"],
		[["telemetry"], "telemetry"],
	] as const) {
		const peer = await wsConnect(agent.host, port, "/", [...offered]);
		t.is(peer.socket.protocol, chosen);
		const socket = await listening.connection();
		t.is(await socket.get("protocol"), chosen);
		peer.socket.terminate();
		await socket.next("close");
	}
});

test("protocols: none is echoed where none is known or none offered", async (t) => {
	const listening = await server(t, agent, { protocols: ["telemetry"] });
	const plain = await server(t, agent);
	const [knowing, knowingNone] = [await listening.listening(), await plain.listening()];
	for (const [port, header] of [
		[knowing, {}],
		[knowing, { "Sec-WebSocket-Protocol": "unknown" }],
		[knowingNone, { "Sec-WebSocket-Protocol": "telemetry" }],
	] as [number, Record<string, string>][]) {
		const raw = await rawConnect(t, agent, port);
		const head = await raw.request("/", header);
		t.true(head.startsWith("HTTP/1.1 101 "), head);
		t.notRegex(head, /sec-websocket-protocol/i);
		raw.reset();
	}
});

test("allowedOrigins: another Origin gets 403; none, or an allowed one, is accepted", async (t) => {
	const listening = await server(t, agent, {
		allowedOrigins: ["http://device.local", "https://example.com"],
	});
	const port = await listening.listening();
	for (const origin of [
		"http://evil.example",
		"null",
		"http://device.local.evil.example",
		"http://example.com",
	]) {
		t.is((await wsRefused(agent.host, port, "/", [], { origin })).status, 403, origin);
	}
	for (const options of [{ origin: "http://device.local" }, { origin: "https://example.com" }, {}]) {
		const peer = await wsConnect(agent.host, port, "/", [], options);
		const socket = await listening.connection();
		peer.socket.terminate();
		await socket.next("close");
	}
	for (const options of [{}, { allowedOrigins: "*" }, { allowedOrigins: ["https://example.com", "*"] }]) {
		const open = await server(t, agent, options);
		const peer = await wsConnect(agent.host, await open.listening(), "/", [], {
			origin: "http://anyone.example",
		});
		await open.connection();
		peer.socket.terminate();
	}
});
