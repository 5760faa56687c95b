import test, { type ExecutionContext } from "ava";
import { Agent } from "../device/driver/driver.js";
import { rawConnect, server } from "../device/driver/pairs.js";
import type { RemoteServer } from "../device/driver/remote.js";
import { onDevice } from "../device/driver/wire.js";
import type { Wire } from "../device/protocol.js";
import { frame, opcodes } from "../support/frames.js";
import { upgradeRequest as request } from "../support/handshake.js";
import type { RawConnection } from "../support/rawconnection.js";
import { wsConnect, wsRefused } from "../support/wspeer.js";

// Serial: the promises that wait are settled in their order.
const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

type Answers = { readonly [path: string]: Wire };

/** A listening Server whose verify() answers by path. */
async function verifying(
	t: ExecutionContext,
	answers: Answers,
	options: object = {},
): Promise<{ listening: RemoteServer; port: number }> {
	const listening = await server(t, agent, { verify: onDevice.verify(answers), ...options });
	return { listening, port: await listening.listening() };
}

/** Sends a request for a path and waits until verify() has been called for it. */
async function pending(t: ExecutionContext, port: number, path: string): Promise<RawConnection> {
	const raw = await rawConnect(t, agent, port);
	raw.write(request(path));
	await agent.traced(new RegExp(`^verify .*"path":"${path}"`));
	return raw;
}

const settle = (value: Wire) =>
	agent.run({ do: "call", on: "verdicts", method: "settle", arguments: [value] });

/** What verify() got for a path, of the last request. */
async function given(path: string): Promise<Record<string, unknown>> {
	const line = await agent.traced(new RegExp(`^verify .*"path":"${path}"`));
	return JSON.parse(line.slice("verify ".length)) as Record<string, unknown>;
}

async function accepts(t: ExecutionContext, listening: RemoteServer, path: string): Promise<void> {
	const peer = await wsConnect(agent.host, (await listening.get("port")) as number, path);
	t.teardown(() => peer.socket.terminate());
	const socket = await listening.connection();
	peer.send("1");
	t.deepEqual((await socket.next("message"))[0], 1, path);
	peer.socket.terminate();
	await socket.next("close");
}

test.serial("verify gets path, query, address, origin, the named fields and what is offered", async (t) => {
	const { listening, port } = await verifying(
		t,
		{},
		{ verifyHeaders: ["Authorization", "COOKIE", "x-list", "host", "x-absent"], protocols: "known" },
	);
	const raw = await rawConnect(t, agent, port);
	raw.write(
		request(
			"/given?a=1?&b=%20",
			[
				"Origin: http://page.example",
				"authorization: Basic dTpw",
				"Cookie: a=1",
				"X-List: one",
				"COOKIE: b=2",
				"X-Other: is not named",
				"x-list: two, three",
				"Sec-WebSocket-Protocol: first, known",
				"",
			].join("\r\n"),
		),
	);
	t.regex(await raw.readHead(), /^HTTP\/1\.1 101 .*\r\nSec-WebSocket-Protocol: known\r\n/s);
	const { remoteAddress, ...rest } = await given("/given");
	t.regex(String(remoteAddress), /^[\d.]+$/);
	t.deepEqual(rest, {
		path: "/given",
		query: "a=1?&b=%20",
		origin: "http://page.example",
		headers: {
			authorization: "Basic dTpw",
			cookie: "a=1; b=2",
			"x-list": "one, two, three",
			host: "device",
		},
		protocols: ["first", "known"],
	});
	t.is(await (await listening.connection()).get("path"), "/given?a=1?&b=%20");
});

test.serial("a bare request: no query, no origin, no fields, nothing offered", async (t) => {
	const { listening } = await verifying(t, {});
	await accepts(t, listening, "/bare");
	const { query, origin, headers, protocols } = await given("/bare");
	t.deepEqual(
		{ query, origin, headers, protocols },
		{ query: "", origin: undefined, headers: {}, protocols: [] },
	);
});

const accepting: [path: string, answer: Wire][] = [
	["/true", { value: true }],
	["/resolves", { resolves: true }],
	["/thenable", { thenable: true }],
];

for (const [path, answer] of accepting)
	test.serial(`verify accepts: ${JSON.stringify(answer)}`, async (t) => {
		const { listening } = await verifying(t, { [path]: answer });
		const from = agent.traces.length;
		await accepts(t, listening, path);
		t.false(agent.traces.slice(from).some((text) => text.startsWith("xs-web-socket: verify() ")));
	});

const refusing: [answer: Wire, status: number, fields: Record<string, string>][] = [
	[false, 403, {}],
	[{ status: 403, message: "not you" }, 403, {}],
	[
		{ status: 401, headers: { "WWW-Authenticate": 'Basic realm="lamp"' } },
		401,
		{ "www-authenticate": 'Basic realm="lamp"' },
	],
	[
		{
			status: 429,
			headers: [
				["Retry-After", 30],
				["X-Limit", "a\tb"],
			],
			message: "too often",
		},
		429,
		{ "retry-after": "30", "x-limit": "a\tb" },
	],
	[{ status: 503, headers: { "Retry-After": 7 } }, 503, { "retry-after": "7" }],
	[
		{ status: 426, headers: { "X-Wants": "version 2" } },
		426,
		{ upgrade: "websocket", connection: "Upgrade, close", "x-wants": "version 2" },
	],
	[{ status: 400 }, 400, {}],
	[{ status: 599 }, 599, {}],
];

for (const kind of ["value", "resolves"])
	for (const [answer, status, fields] of refusing)
		test.serial(`verify refuses: ${kind} ${JSON.stringify(answer)}`, async (t) => {
			const { listening, port } = await verifying(t, { "/no": { [kind]: answer } });
			const refused = await wsRefused(agent.host, port, "/no");
			t.is(refused.status, status);
			t.like(refused.headers, { connection: "close", "content-type": "text/plain", ...fields });
			await accepts(t, listening, "/yes");
			t.false(listening.order.includes("error"));
		});

const wrong: [answer: Wire, reason: RegExp][] = [
	[{ throws: "broken" }, /failed: Error: broken;/],
	[{ throwsSymbol: "odd" }, /failed: Symbol\(odd\);/],
	[{ throwsBare: true }, /failed: an exception without a text;/],
	[{ rejects: "broken" }, /failed: Error: broken;/],
	[{ value: null }, /it is null; it must be true, false, \{ protocol \} or \{ status \}/],
	[{ value: 401 }, /it is 401; it must be true/],
	[{ value: "true" }, /it is "true"; it must be true/],
	[{ value: {} }, /protocol is undefined; it must be one that the client offers: none/],
	[{ value: { protocol: "other" } }, /protocol is "other"; it must be one that the client offers: none/],
	[{ resolves: 1 }, /it is 1; it must be true/],
	[{ value: { status: 200 } }, /status is 200; it must be an integer from 400 to 599/],
	[{ value: { status: 101 } }, /status is 101;/],
	[{ value: { status: 600 } }, /status is 600;/],
	[{ value: { status: 400.5 } }, /status is 400\.5;/],
	[{ value: { status: "403" } }, /status is "403";/],
	[{ value: { status: 403, message: "a\r\nX: b" } }, /message is "a\\r\\nX: b"; it must be at most 200/],
	[{ value: { status: 403, message: "x".repeat(201) } }, /message is "x+\.\.\."; it must be at most 200/],
	[{ value: { status: 403, message: 5 } }, /message is 5; it must be a string/],
	[{ value: { status: 403, headers: "X: y" } }, /headers is "X: y"; it must be an object/],
	[{ value: { status: 403, headers: { "X-A": "a\r\nX-B: b" } } }, /headers has the value "a\\r\\nX-B: b"/],
	[{ value: { status: 403, headers: { "X-A": "a\nb" } } }, /headers has the value "a\\nb" for "X-A"/],
	[{ value: { status: 403, headers: { "X: A": "a" } } }, /headers has the name "X: A"/],
	[{ value: { status: 403, headers: { "": "a" } } }, /headers has the name ""/],
	[{ value: { status: 403, headers: { "content-LENGTH": "0" } } }, /headers has "content-LENGTH"/],
	[{ value: { status: 403, headers: { Connection: "keep-alive" } } }, /headers has "Connection"/],
	[{ value: { status: 403, headers: { Upgrade: "h2c" } } }, /headers has "Upgrade"/],
	[
		{ value: { status: 403, headers: { "Transfer-Encoding": "chunked" } } },
		/headers has "Transfer-Encoding"/,
	],
	[
		{ value: { status: 403, headers: { "Sec-WebSocket-Accept": "x" } } },
		/headers has "Sec-WebSocket-Accept"/,
	],
	[{ value: { status: 403, headers: { "Content-Type": "text/html" } } }, /headers has "Content-Type", but/],
	[{ value: { status: 403, headers: { "X-A": null } } }, /headers has a value for "X-A" that is null/],
	[{ value: { status: 403, headers: [["X-A"]] } }, /headers has a field that is an array/],
];

for (const [answer, reason] of wrong)
	test.serial(`a verify that is broken answers 500: ${JSON.stringify(answer).slice(0, 80)}`, async (t) => {
		const { listening, port } = await verifying(t, { "/broken": answer });
		const from = agent.traces.length;
		const refused = await wsRefused(agent.host, port, "/broken");
		t.is(refused.status, 500);
		t.false("x-b" in refused.headers);
		const traces = agent.traces.slice(from).filter((text) => text.startsWith("xs-web-socket: verify() "));
		t.is(traces.length, 1, traces.join(""));
		t.regex(traces[0] as string, reason);
		t.regex(traces[0] as string, /; the request gets 500\n$/);
		await accepts(t, listening, "/yes");
	});

test.serial("verify chooses one of the subprotocols that are offered", async (t) => {
	const { listening, port } = await verifying(
		t,
		{ "/second": { value: { protocol: "second" } }, "/late": { resolves: { protocol: "third" } } },
		{ protocols: "first" },
	);
	for (const [path, protocol] of [
		["/second", "second"],
		["/late", "third"],
		["/", "first"],
	] as const) {
		const peer = await wsConnect(agent.host, port, path, ["first", "second", "third"]);
		t.is(peer.socket.protocol, protocol);
		const socket = await listening.connection();
		t.is(await socket.get("protocol"), protocol);
		peer.socket.terminate();
		await socket.next("close");
	}
});

test.serial("verify gets the first 8 of a thousand subprotocols", async (t) => {
	const { port } = await verifying(t, { "/many": { value: false } }, { maxHeadSize: 16384 });
	const raw = await rawConnect(t, agent, port);
	const names = Array.from({ length: 1000 }, (_, index) => `p${index}`);
	raw.write(request("/many", `Sec-WebSocket-Protocol: ${names.join(", ")}\r\n`));
	t.regex(await raw.readHead(), /^HTTP\/1\.1 403 /);
	t.deepEqual((await given("/many"))["protocols"], names.slice(0, 8));
});

test.serial("a request that is refused anyway does not reach verify", async (t) => {
	const { port } = await verifying(t, {}, { path: "/only", allowedOrigins: "http://page.example" });
	t.is((await wsRefused(agent.host, port, "/wrong-path")).status, 404);
	t.is((await wsRefused(agent.host, port, "/only", [], { origin: "http://evil.example" })).status, 403);
	t.deepEqual(
		agent.traces.filter((text) => /^verify .*("\/wrong-path"|"\/only")/.test(text)),
		[],
	);
});

test.serial("verify may answer later; frames that come meanwhile are received then", async (t) => {
	const { listening, port } = await verifying(t, { "/later": { waits: true } });
	const raw = await rawConnect(t, agent, port);
	const early = frame(opcodes.text, '"early"', { mask: true });
	raw.write(request("/later"), early);
	await agent.traced(/^verify .*"\/later"/);
	raw.write(frame(opcodes.text, '"second"', { mask: true }));
	t.false(listening.order.includes("connection"));
	await settle(true);
	t.regex(await raw.readHead(), /^HTTP\/1\.1 101 /);
	const socket = await listening.connection();
	t.is((await socket.next("message"))[0], "early");
	t.is((await socket.next("message"))[0], "second");
});

test.serial("a verify that is too late: 503, and its answer is ignored", async (t) => {
	const { listening, port } = await verifying(t, { "/slow": { waits: true } }, { handshakeTimeout: 300 });
	const raw = await pending(t, port, "/slow");
	t.regex(await raw.readHead(), /^HTTP\/1\.1 503 verify\(\) did not decide in time \(handshakeTimeout\)\r\n/);
	await settle(true);
	await raw.readEnd();
	t.is(
		raw.unread.toString(),
		"verify() did not decide in time (handshakeTimeout)\n",
		"nothing more was sent",
	);
	await accepts(t, listening, "/next");
	t.is(listening.all("connection").length, 1);
});

test.serial("a client that leaves while verify decides: the answer is ignored", async (t) => {
	const { listening, port } = await verifying(t, { "/gone": { waits: true } }, { maxConnections: 1 });
	const raw = await pending(t, port, "/gone");
	raw.socket.destroy();
	await accepts(t, listening, "/after-gone");
	await settle(true);
	await accepts(t, listening, "/after-settled");
	t.is(listening.all("connection").length, 2);
});

test.serial("stop() while verify decides: close follows, and the answer is ignored", async (t) => {
	const { listening, port } = await verifying(t, { "/stopped": { waits: true } });
	const raw = await pending(t, port, "/stopped");
	await listening.stop();
	await listening.next("close");
	await raw.readEnd();
	await settle(true);
	t.deepEqual(listening.order, ["listening", "close"]);
	await listening.listening();
	await accepts(t, listening, "/started-again");
});

test.serial("room is checked after verify: of two that are accepted late, one gets 503", async (t) => {
	const { listening, port } = await verifying(
		t,
		{ "/one": { waits: true }, "/two": { waits: true } },
		{ maxConnections: 1 },
	);
	const one = await pending(t, port, "/one");
	const two = await pending(t, port, "/two");
	await settle(true);
	t.regex(await one.readHead(), /^HTTP\/1\.1 101 /);
	await listening.connection();
	await settle(true);
	t.regex(await two.readHead(), /^HTTP\/1\.1 503 /);
	t.is(listening.all("connection").length, 1);
});

test.serial("requests that wait for verify do not keep others out: the oldest makes room", async (t) => {
	const { listening, port } = await verifying(t, { "/hang": { waits: true } }, { maxConnections: 2 });
	const waiting: RawConnection[] = [];
	for (let index = 0; index < 4; index++) {
		const raw = await rawConnect(t, agent, port);
		raw.write(request("/hang"));
		waiting.push(raw);
	}
	await agent.until(
		() => (agent.traces.filter((text) => /^verify .*"\/hang"/.test(text)).length >= 4 ? true : undefined),
		() => "verify was not called four times",
	);
	await accepts(t, listening, "/in-time");
	await (waiting[0] as RawConnection).readEnd();
	for (let index = 0; index < 4; index++) await settle(false);
	t.regex(await (waiting[3] as RawConnection).readHead(), /^HTTP\/1\.1 403 /);
});
