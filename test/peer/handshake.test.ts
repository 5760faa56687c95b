import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { client, rawConnect, rawServer, server } from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";
import { frame, opcodes } from "../support/frames.js";
import { wsConnect } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("a url tells host, port, path and query", async (t) => {
	const peer = await rawServer(t);
	const host = `${agent.peerHost}:${peer.port}`;
	for (const [rest, target] of [
		["", "/"],
		["/a/b?c=d", "/a/b?c=d"],
		["?token=1", "/?token=1"],
	] as const) {
		const opening = await client(t, agent, { host: undefined, url: `ws://${host}${rest}` });
		await opening.open();
		const head = await (await peer.connection()).accept();
		t.true(head.startsWith(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n`), head);
		await opening.next("open");
	}
});

const refused: [what: string, options: object, name: "TypeError" | "RangeError", message: RegExp][] = [
	["a url and a host", { url: "ws://device.example", host: "a" }, "RangeError", /url and host/],
	["a host with a port", { host: "192.168.1.5:8080" }, "RangeError", /host is "192.168.1.5:8080"/],
	["a host that is no address", { host: "999.1.1.1" }, "RangeError", /host is "999.1.1.1"/],
	["an IPv6 address", { host: "::1" }, "RangeError", /"::1", an IPv6 address/],
	["an IPv6 address in brackets", { host: "[::1]" }, "RangeError", /"\[::1\]", an IPv6 address/],
	["a subprotocol twice", { protocols: ["mqtt", "mqtt"] }, "RangeError", /protocols has "mqtt" twice/],
	["a header of null", { headers: { A: null } }, "TypeError", /headers.*"A".*null/],
	["a header of undefined", { headers: { A: onDevice.undefined } }, "TypeError", /headers.*"A".*undefined/],
	["a header of an object", { headers: { A: { b: 1 } } }, "TypeError", /headers.*"A".*an object/],
	["half a pair", { headers: [["only"]] }, "TypeError", /headers.*"only"/],
	["a string for a pair", { headers: ["gh"] }, "TypeError", /headers\[0\] is "gh"/],
	["a body", { headers: { "Content-Length": "3" } }, "RangeError", /"Content-Length"/],
	["an expectation", { headers: { Expect: "100-continue" } }, "RangeError", /"Expect"/],
	[
		"CR LF, which is shown in one line",
		{ path: "/a\r\nb" },
		"RangeError",
		/^path is "\/a\\r\\nb"; [^\r\n]+$/,
	],
];

for (const [what, options, name, message] of refused) {
	test(`a Client refuses ${what} at once`, async (t) => {
		await t.throwsAsync(() => agent.client(options), { name, message });
	});
}

test("a Server refuses sslTls at once", async (t) => {
	await t.throwsAsync(() => agent.server({ sslTls: true }), { name: "TypeError", message: /sslTls.*TLS/ });
	await agent.server({ sslTls: false });
});

test("null stands for the default of every option of the handshake", async (t) => {
	const peer = await rawServer(t);
	const absent = { path: null, protocols: null, headers: null, maxHeadSize: null, sslTls: null, url: null };
	const opening = await client(t, agent, { port: peer.port, ...absent });
	await opening.open();
	const head = await (await peer.connection()).accept();
	t.true(head.startsWith("GET / HTTP/1.1\r\n"), head);
	t.notRegex(head, /sec-websocket-protocol/i);
	await opening.next("open");
	const listening = await server(t, agent, { protocols: "", maxHeadSize: null, sslTls: null });
	await wsConnect(agent.host, await listening.listening());
	await listening.connection();
});

test("header fields that come again are all sent, under one spelling", async (t) => {
	const peer = await rawServer(t);
	const opening = await client(t, agent, {
		port: peer.port,
		headers: [
			["X-Tag", "1"],
			["Cookie", "a=1"],
			["x-tag", "2"],
			["cookie", "b=2"],
		],
	});
	await opening.open();
	const head = await (await peer.connection()).accept();
	t.deepEqual(
		head.split("\r\n").filter((line) => /^(x-tag|cookie)/i.test(line)),
		["X-Tag: 1", "Cookie: a=1; b=2", "X-Tag: 2"],
	);
	await opening.next("open");
});

test("interim responses are skipped, and folded fields unfolded", async (t) => {
	const peer = await rawServer(t);
	const opening = await client(t, agent, { port: peer.port, numberOfRetries: 0 });
	await opening.open();
	const raw = await peer.connection();
	const { accept } = await raw.readRequest();
	raw.write(
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>;\r\n rel=preload\r\n\r\n",
		`HTTP/1.1 101 S\r\nUpgrade:\r\n websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
		frame(opcodes.text, '"first"'),
	);
	t.is((await opening.next("message"))[0], "first");
	t.deepEqual(opening.order, ["open", "message"]);
});

test("interim responses without end fail the attempt", async (t) => {
	const peer = await rawServer(t);
	const failing = await client(t, agent, { port: peer.port, numberOfRetries: 0 });
	await failing.open();
	const raw = await peer.connection();
	await raw.readHead();
	raw.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(200));
	t.regex((await failing.next("error"))[0] as string, /more than 4096 bytes \(maxHeadSize\)/);
});

test("a server that speaks TLS is named as such", async (t) => {
	const peer = await rawServer(t);
	const failing = await client(t, agent, { port: peer.port, numberOfRetries: 0 });
	await failing.open();
	const raw = await peer.connection();
	await raw.readHead();
	raw.write(Buffer.from("15030100020246", "hex"));
	t.regex((await failing.next("error"))[0] as string, /the server speaks TLS/);
});

test("a client hears from a full server what its limit is", async (t) => {
	const listening = await agent.server({ port: 0, maxConnections: 1 });
	t.teardown(() => listening.stop());
	const port = await listening.listening();
	const first = await agent.client({ host: "localhost", port, numberOfRetries: 0 });
	t.teardown(() => first.close());
	await first.open();
	await listening.connection();
	await first.next("open");
	const second = await agent.client({ host: "localhost", port, numberOfRetries: 0 });
	await second.open();
	const [, reason] = await second.next("retry");
	t.is(
		reason,
		'the server answered "503 the server has no room for one more connection (maxConnections is 1)" instead of 101',
	);
	t.true(((await second.next("error"))[0] as string).includes(reason as string));
});

test("maxHeadSize of a Client lets a longer response through", async (t) => {
	const peer = await rawServer(t);
	const opening = await client(t, agent, { port: peer.port, maxHeadSize: 8192, numberOfRetries: 0 });
	await opening.open();
	await (await peer.connection()).accept(`X-Long: ${"x".repeat(6000)}\r\n`);
	await opening.next("open");
	const failing = await client(t, agent, { port: peer.port, maxHeadSize: 512, numberOfRetries: 0 });
	await failing.open();
	await (await peer.connection()).accept(`X-Long: ${"x".repeat(600)}\r\n`);
	t.regex((await failing.next("error"))[0] as string, /more than 512 bytes \(maxHeadSize\)/);
});

test("maxHeadSize of a Server lets a longer request through, as browsers with cookies send it", async (t) => {
	const listening = await server(t, agent, { maxHeadSize: 8192 });
	const port = await listening.listening();
	const peer = await wsConnect(agent.host, port, "/", [], { headers: { Cookie: `a=${"x".repeat(6000)}` } });
	t.teardown(() => peer.socket.terminate());
	const socket = await listening.connection();
	peer.send('"after a long head"');
	t.is((await socket.next("message"))[0], "after a long head");
});

const requestOf = (line: string, fields = "") =>
	`${line}\r\nHost: device\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${fields}\r\n`;

test("a request over the limit is told the option and the limit", async (t) => {
	const listening = await server(t, agent);
	const raw = await rawConnect(t, agent, await listening.listening());
	raw.write(requestOf("GET / HTTP/1.1", `Cookie: ${"x".repeat(2100)}\r\n`));
	const head = await raw.readHead();
	t.regex(head, /^HTTP\/1\.1 431 /);
	await raw.readEnd();
	t.regex(raw.unread.toString(), /more than 2048 bytes \(maxHeadSize\)/);
});

test("a target in absolute form without a path asks for /", async (t) => {
	const listening = await server(t, agent, { path: "/" });
	const port = await listening.listening();
	for (const [target, path] of [
		["http://h", "/"],
		["ws://h?token=1", "/?token=1"],
	]) {
		const raw = await rawConnect(t, agent, port);
		raw.write(requestOf(`GET ${target} HTTP/1.1`));
		t.regex(await raw.readHead(), /^HTTP\/1\.1 101 /);
		t.is(await (await listening.connection()).get("path"), path);
	}
});

test("RFC 9110 section 7.8: a client that expects 100-continue gets 100, then 101", async (t) => {
	const listening = await server(t, agent);
	const raw = await rawConnect(t, agent, await listening.listening());
	raw.write(requestOf("GET / HTTP/1.1", "Expect: 100-continue\r\n"));
	t.is(await raw.readHead(), "HTTP/1.1 100 Continue\r\n\r\n");
	t.regex(await raw.readHead(), /^HTTP\/1\.1 101 /);
	const socket = await listening.connection();
	raw.write(frame(opcodes.text, "1", { mask: true }));
	t.is((await socket.next("message"))[0], 1);
});
