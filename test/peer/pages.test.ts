import { gunzipSync, gzipSync } from "node:zlib";
import test, { type ExecutionContext } from "ava";
import { Agent } from "../device/driver/driver.js";
import { rawConnect, server } from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";
import { httpRequest } from "../support/http.js";
import { wsConnect } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

const text = "<!doctype html><title>Lamp</title><p>on</p>";
const bytes = (of: string | Uint8Array): ArrayBuffer => new Uint8Array(Buffer.from(of)).buffer;
const zipped = gzipSync(text);

/** Starts a server with pages and returns its port. */
async function serve(t: ExecutionContext, pages: object, options: object = {}): Promise<number> {
	return (await server(t, agent, { pages, ...options })).listening();
}

/** Sends text and returns what the device answers until it ends the connection. */
async function exchange(t: ExecutionContext, port: number, request: string): Promise<string> {
	const raw = await rawConnect(t, agent, port);
	raw.write(request);
	await raw.readEnd();
	return raw.unread.toString("latin1");
}

test("a page is answered with status, type, length, tag and bytes", async (t) => {
	const port = await serve(t, { "/": bytes(text) });
	const { status, headers, body } = await httpRequest(agent.host, port);
	t.is(status, 200);
	t.is(body.toString(), text);
	const { etag, ...others } = headers;
	t.regex(etag as string, /^"[0-9a-f]+-[0-9a-f]+"$/);
	t.deepEqual(others, {
		connection: "close",
		"cache-control": "no-cache",
		"content-type": "text/html; charset=utf-8",
		"content-length": String(text.length),
		"x-content-type-options": "nosniff",
	});
});

test("HEAD is answered with the head of GET alone", async (t) => {
	const port = await serve(t, { "/": bytes(text) });
	const head = await exchange(t, port, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
	const get = await exchange(t, port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	t.true(head.startsWith("HTTP/1.1 200 OK\r\n"));
	t.is(`${head}${text}`, get);
	const missing = await exchange(t, port, "HEAD /no HTTP/1.1\r\nHost: a\r\n\r\n");
	t.true(missing.startsWith("HTTP/1.1 404 "));
	t.true(missing.endsWith("\r\n\r\n"));
	for (const [line, status] of [
		[`/${"a".repeat(3000)} HTTP/1.1`, 431],
		["/\x01 HTTP/1.1", 400],
		["no-path HTTP/1.1", 400],
		["/ HTTP/1.1x", 400],
	]) {
		const refused = await exchange(t, port, `HEAD ${line}\r\nHost: a\r\n\r\n`);
		t.regex(refused, new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\n\\r\\n$`));
	}
});

test("the type is the given one, else that of the ending", async (t) => {
	const page = bytes("x");
	const port = await serve(t, {
		"/given": { data: page, type: "text/x-lamp" },
		"/a.b/plain": page,
		"/app.JS": page,
		"/style.css": page,
		"/picture.svg": page,
		"/data.bin": page,
		"/null": { data: page, type: null },
	});
	for (const [path, type] of [
		["/given", "text/x-lamp"],
		["/a.b/plain", "text/html; charset=utf-8"],
		["/app.JS", "text/javascript; charset=utf-8"],
		["/style.css", "text/css; charset=utf-8"],
		["/picture.svg", "image/svg+xml"],
		["/data.bin", "application/octet-stream"],
		["/null", "text/html; charset=utf-8"],
	])
		t.is((await httpRequest(agent.host, port, path)).headers["content-type"], type);
});

test("a page with the tag that the client has gets 304", async (t) => {
	const port = await serve(t, { "/": bytes(text), "/other": bytes("other"), "/zipped": bytes(zipped) });
	const { etag } = (await httpRequest(agent.host, port)).headers;
	const known = async (field: string | string[], path = "/", method = "GET") => {
		const headers = { "If-None-Match": field };
		return (await httpRequest(agent.host, port, path, { headers, method })).status;
	};
	for (const field of [etag, `W/${etag}`, `"a", ${etag}`, `"a,b",,W/"c",${etag} , "d"`, "*", ['"a"', etag]])
		t.is(await known(field as string), 304, String(field));
	t.is(await known(etag as string, "/", "HEAD"), 304);
	t.is(await known(etag as string, "/?query"), 304);
	for (const field of [
		'"a"',
		'"a,*,b"',
		'W/"a, *"',
		`"${etag}"`,
		(etag as string).slice(1, -1),
		"",
		(etag as string).toUpperCase(),
	])
		t.is(await known(field), 200, field);
	t.is(await known(etag as string, "/other"), 200);
	t.is(await known("*", "/missing"), 404);
	const answer = await exchange(t, port, `GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: ${etag}\r\n\r\n`);
	t.is(
		answer,
		`HTTP/1.1 304 Not Modified\r\nConnection: close\r\nCache-Control: no-cache\r\nETag: ${etag}\r\n\r\n`,
	);
	const compressed = (await httpRequest(agent.host, port, "/zipped")).headers.etag as string;
	t.is(await known(compressed, "/zipped"), 304);
});

test("a compressed page is sent as such to clients that take gzip, others get 406", async (t) => {
	const port = await serve(t, { "/": bytes(zipped) });
	const ask = (field?: string) =>
		httpRequest(agent.host, port, "/", { headers: field === undefined ? {} : { "Accept-Encoding": field } });
	const { headers, body } = await ask("gzip, deflate, br");
	t.is(gunzipSync(body).toString(), text);
	t.is(headers["content-encoding"], "gzip");
	t.is(headers.vary, "Accept-Encoding");
	t.is(headers["content-type"], "text/html; charset=utf-8");
	t.is(headers["content-length"], String(zipped.length));
	for (const field of [
		undefined,
		"GZIP",
		"x-gzip",
		"*",
		"br;q=1, gzip;q=0.5",
		"deflate, *;q=0.1",
		"*;q=0, gzip",
	])
		t.is((await ask(field)).status, 200, field);
	for (const field of ["", "br", "identity", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzip ; Q=0"])
		t.is((await ask(field)).status, 406, field);
	const bare = await exchange(t, port, "GET / HTTP/1.0\r\n\r\n");
	t.true(bare.includes("\r\nContent-Encoding: gzip\r\n"));
});

test("verify() may get the fields that choose the page, too", async (t) => {
	const listening = await server(t, agent, {
		pages: { "/": bytes(zipped) },
		verify: onDevice.verify({}),
		verifyHeaders: ["Accept-Encoding", "If-None-Match"],
	});
	const port = await listening.listening();
	const statusOf = async (headers: Record<string, string>): Promise<number | undefined> =>
		(await httpRequest(agent.host, port, "/", { headers })).status;
	t.is(await statusOf({ "Accept-Encoding": "br" }), 406);
	const { etag } = (await httpRequest(agent.host, port)).headers;
	t.is(await statusOf({ "If-None-Match": `"a", ${etag}` }), 304);
	const headers = { "accept-encoding": "br, gzip;q=0.5", "if-none-match": etag as string };
	for (const path of ["/", "/other"]) {
		const peer = await wsConnect(agent.host, port, path, [], { headers });
		t.teardown(() => peer.socket.terminate());
		const line = await agent.traced(new RegExp(`^verify .*"path":"${path}"`));
		t.deepEqual(JSON.parse(line.slice("verify ".length)).headers, headers);
	}
});

test("other paths get 404; nothing is decoded or resolved", async (t) => {
	const port = await serve(t, { "/": bytes(text), "/a/b": bytes("ab"), "/%41": bytes("escaped") });
	for (const path of ["/no", "/a", "/a/b/", "/a/../a/b", "/..", "/A/b", "//", "/%2F", "/A", "/./", "/a%00b"])
		t.is((await httpRequest(agent.host, port, path)).status, 404, path);
	t.is((await httpRequest(agent.host, port, "/%41")).body.toString(), "escaped");
	t.is((await httpRequest(agent.host, port, "/a/b?q=1?2")).body.toString(), "ab");
	t.regex(await exchange(t, port, "GET /a/b\0 HTTP/1.1\r\nHost: a\r\n\r\n"), /^HTTP\/1\.1 400 /);
	t.regex(await exchange(t, port, "GET http://host/a/b HTTP/1.1\r\nHost: a\r\n\r\n"), /\r\n\r\nab$/);
});

test("other methods get 405", async (t) => {
	const port = await serve(t, { "/": bytes(text) });
	for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "get"]) {
		const answer = await exchange(t, port, `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
		t.regex(answer, /^HTTP\/1\.1 405 .*\r\nAllow: GET, HEAD\r\n/);
	}
});

test("HTTP/1.0 is answered, without Host and without an upgrade", async (t) => {
	const port = await serve(t, { "/": bytes(text) });
	t.true((await exchange(t, port, "GET / HTTP/1.0\r\n\r\n")).endsWith(`\r\n\r\n${text}`));
	const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
	t.true((await exchange(t, port, `GET / HTTP/1.0\r\n${upgrade}\r\n`)).endsWith(`\r\n\r\n${text}`));
	t.regex(await exchange(t, port, "GET / HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 400 the request has no Host/);
});

test("Upgrade decides between the page and the WebSocket of a path", async (t) => {
	const listening = await server(t, agent, { pages: { "/": bytes(text), "/page": bytes("p") }, path: "/" });
	const port = await listening.listening();
	const peer = await wsConnect(agent.host, port);
	t.teardown(() => peer.socket.terminate());
	const socket = await listening.connection();
	t.is((await httpRequest(agent.host, port)).body.toString(), text);
	t.is((await httpRequest(agent.host, port, "/page")).body.toString(), "p");
	peer.send('"still open"');
	t.deepEqual((await socket.next("message"))[0], "still open");
	await t.throwsAsync(wsConnect(agent.host, port, "/page"), { message: /404/ });
});

test("the path of the WebSocket without a page gets 426", async (t) => {
	const port = await serve(t, { "/page": bytes("p") }, { path: "/socket" });
	t.is((await httpRequest(agent.host, port, "/socket")).status, 426);
	t.is((await httpRequest(agent.host, port, "/other")).status, 404);
});

test("pages can be views, and empty", async (t) => {
	const port = await serve(t, {
		"/view": new Uint8Array(Buffer.from("view")),
		"/data": { data: new DataView(bytes("data")), type: "text/plain" },
		"/empty": new ArrayBuffer(0),
	});
	t.is((await httpRequest(agent.host, port, "/view")).body.toString(), "view");
	t.is((await httpRequest(agent.host, port, "/data")).body.toString(), "data");
	const { headers, body } = await httpRequest(agent.host, port, "/empty");
	t.is(headers["content-length"], "0");
	t.is(body.length, 0);
});

for (const [options, message] of [
	[{ pages: 1 }, /^pages is 1; it must be an object/],
	[{ pages: [] }, /^pages is an array/],
	[{ pages: bytes("page") }, /^pages is a Map or a page; it must be an object/],
	[{ pages: { page: bytes("") } }, /^pages has the path "page"/],
	[{ pages: { "/?q": bytes("") } }, /^pages has the path/],
	[{ pages: { "/ä": bytes("") } }, /^pages has the path "\/\\xe4"/],
	[{ pages: { "/": "text" } }, /^the page "\/" is "text"; it must be a Resource, an ArrayBuffer/],
	[{ pages: { "/": null } }, /^the page "\/" is null/],
	[{ pages: { "/a": { data: null } } }, /^the page "\/a" is null/],
	[{ pages: { "/": { data: bytes(""), type: 1 } } }, /^the type of the page "\/" is 1/],
	[
		{ pages: { "/": { data: bytes(""), type: "a/b\r\nX: y" } } },
		/^the type of the page "\/" is "a\/b\\r\\nX: y"/,
	],
] as const)
	test(`pages: ${message} is refused`, async (t) => {
		await t.throwsAsync(agent.server(options), { message });
	});
