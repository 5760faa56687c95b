import "../../../sim/node/globals.js";
import { createHash } from "node:crypto";
import test from "ava";
import { ClientHandshake, type ClientHandshakeOptions } from "../../../modules/rfc6455/clienthandshake.js";
import { feed, outcome } from "./headfeed.js";

function make(options: Partial<ClientHandshakeOptions> = {}): ClientHandshake {
	return new ClientHandshake({ host: "server", port: 8080, ...options });
}

function acceptOf({ request }: ClientHandshake): string {
	const key = /\r\nSec-WebSocket-Key: (.*)\r\n/.exec(request)?.[1];
	return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

type Fields = Record<string, string | undefined>;

function response(
	handshake: ClientHandshake,
	fields: Fields = {},
	line = "HTTP/1.1 101 Switching Protocols",
): string {
	const all: Fields = {
		Upgrade: "websocket",
		Connection: "Upgrade",
		"Sec-WebSocket-Accept": acceptOf(handshake),
		...fields,
	};
	const lines = Object.entries(all).flatMap(([name, value]) =>
		value === undefined ? [] : [`${name}: ${value}\r\n`],
	);
	return `${line}\r\n${lines.join("")}\r\n`;
}

/** Returns the head of an interim response. */
function interim(status: string, field = "X: y"): string {
	return `HTTP/1.1 ${status}\r\n${field}\r\n\r\n`;
}

/** Returns the outcome of a response, which must be the same as a whole and byte by byte. */
function judge(
	respond: (handshake: ClientHandshake) => string,
	options: Partial<ClientHandshakeOptions> = {},
): ReturnType<typeof outcome> {
	const whole = make(options);
	feed(whole, Buffer.from(respond(whole), "latin1"));
	const single = make(options);
	for (const byte of Buffer.from(respond(single), "latin1")) feed(single, Uint8Array.of(byte));
	if (outcome(single) !== outcome(whole))
		throw new Error(`whole ${outcome(whole)}, in bytes ${outcome(single)}`);
	return outcome(whole);
}

test("section 4.1: the request has exactly the required fields, in this order", (t) => {
	const { request } = make();
	t.regex(
		request,
		/^GET \/ HTTP\/1\.1\r\nHost: server:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: [\w+/]{22}==\r\nSec-WebSocket-Version: 13\r\n\r\n$/,
	);
});

test("section 4.1: the request includes path, subprotocols and further fields", (t) => {
	const { request } = make({
		path: "/a?b=c",
		protocol: "one, two",
		headers: [
			["Authorization", "Bearer x"],
			["Origin", "http://page"],
		],
	});
	t.regex(request, /^GET \/a\?b=c HTTP\/1\.1\r\n/);
	t.regex(request, /\r\nSec-WebSocket-Protocol: one, two\r\n/);
	t.regex(request, /\r\nAuthorization: Bearer x\r\nOrigin: http:\/\/page\r\n\r\n$/);
});

test("section 4.1: Host includes the port, unless it is 80; an IPv6 address is in brackets", (t) => {
	for (const [host, port, field] of [
		["server", 80, "server"],
		["server", 443, "server:443"],
		["192.168.0.1", 81, "192.168.0.1:81"],
		["fe80::1", 80, "[fe80::1]"],
		["[fe80::1]", 81, "[fe80::1]:81"],
	] as const)
		t.true(make({ host, port }).request.includes(`\r\nHost: ${field}\r\n`), field);
});

test("section 3: with TLS, Host leaves out the port 443 in place of 80", (t) => {
	for (const [port, field] of [
		[443, "server"],
		[80, "server:80"],
		[8443, "server:8443"],
	] as const)
		t.true(make({ host: "server", port, secure: {} }).request.includes(`\r\nHost: ${field}\r\n`), field);
});

test("values that would inject fields or break the handshake throw a RangeError", (t) => {
	const bad: Partial<ClientHandshakeOptions>[] = [
		{ path: "" },
		{ path: "a" },
		{ path: "/a b" },
		{ path: "/#fragment" },
		{ path: "/\r\nX: y" },
		{ path: "/ü" },
		{ host: "a b" },
		{ host: "a\r\nX: y" },
		{ host: "http://a" },
		{ host: "a:8080" },
		{ protocol: "a, b, a" },
		{ protocol: "a b" },
		{ protocol: "a, b\r\nX: y" },
		{ headers: [["X Y", "z"]] },
		{ headers: [["", "z"]] },
		{ headers: [["X:", "z"]] },
		{ headers: [["X", "a\r\nY: z"]] },
		{ headers: [["X", "a\nb"]] },
		{ headers: [["X", "ü"]] },
		{ headers: [["Host", "other"]] },
		{ headers: [["sec-websocket-key", "x"]] },
		{ headers: [["CONNECTION", "close"]] },
		{ headers: [["Sec-WebSocket-Extensions", "permessage-deflate"]] },
		{ headers: [["Sec-WebSocket-Accept", "x"]] },
		...[
			"Content-Length",
			"transfer-encoding",
			"Expect",
			"TE",
			"Trailer",
			"Keep-Alive",
			"Proxy-Connection",
			"HTTP2-Settings",
		].map((name): (typeof bad)[number] => ({ headers: [[name, "0"]] })),
	];
	for (const options of bad)
		t.throws(() => make(options), { instanceOf: RangeError }, JSON.stringify(options));
	t.throws(() => make({ headers: [["X", null as unknown as string]] }), { instanceOf: TypeError });
});

test("a response is complete with its last byte, and no prefix is complete or refused", (t) => {
	const length = response(make(), { Server: "x" }).length;
	for (let cut = 0; cut < length; cut++) {
		const handshake = make();
		const bytes = Buffer.from(response(handshake, { Server: "x" }));
		t.is(feed(handshake, bytes.subarray(0, cut)), 0);
		t.is(outcome(handshake), "incomplete");
		t.true(handshake.wanted <= length - cut);
		feed(handshake, bytes.subarray(cut));
		t.is(outcome(handshake), "complete");
	}
});

test("bytes after the head are not read", (t) => {
	const handshake = make();
	t.is(feed(handshake, Buffer.concat([Buffer.from(response(handshake)), Buffer.from("810141", "hex")])), 3);
	t.is(outcome(handshake), "complete");
});

const good: [
	what: string,
	respond: (handshake: ClientHandshake) => string,
	options?: Partial<ClientHandshakeOptions>,
][] = [
	["names in odd case", (it) => response(it).replaceAll(/^[\w-]+:/gm, (name) => name.toLowerCase())],
	["values in odd case", (it) => response(it, { Upgrade: "WebSocket", Connection: "UPGRADE" })],
	["a list of Connection tokens", (it) => response(it, { Connection: "keep-alive, Upgrade" })],
	["no reason phrase", (it) => response(it, {}, "HTTP/1.1 101 ")],
	["another reason phrase", (it) => response(it, {}, "HTTP/1.1 101 Yes, please")],
	["fields nobody knows", (it) => response(it, { Date: "today", "X-A": "", "Set-Cookie": "a=b" })],
	["an empty Sec-WebSocket-Extensions", (it) => response(it, { "Sec-WebSocket-Extensions": "" })],
	[
		"the subprotocol offered",
		(it) => response(it, { "Sec-WebSocket-Protocol": "two" }),
		{ protocol: "one,two" },
	],
	["no subprotocol, though some were offered", (it) => response(it), { protocol: "one,two" }],
	["a folded field", (it) => response(it, { "X-Folded": "one\r\n two" })],
	["a folded value", (it) => response(it, { Upgrade: "\r\n\twebsocket\r\n " })],
	["a folded list", (it) => response(it, { Connection: "keep-alive,\r\n Upgrade" })],
	["a folded accept value", (it) => response(it, { "Sec-WebSocket-Accept": `\r\n  ${acceptOf(it)}\r\n\t` })],
	["a 100 before it", (it) => interim("100 Continue") + response(it)],
	[
		"a 103 with fields before it",
		(it) => interim("103 Early Hints", "Link: </a>; rel=preload") + response(it),
	],
	["several interim responses before it", (it) => interim("102").repeat(3) + interim("199 X") + response(it)],
	[
		"an interim response with other fields of the handshake before it",
		(it) => interim("103 X", "Upgrade: h2c\r\nSec-WebSocket-Accept: x") + response(it),
	],
	["4096 bytes", (it) => response(it, { X: "x".repeat(4096 - response(it, { X: "" }).length) })],
];

for (const [what, respond, options] of good) {
	test(`a response with ${what} is accepted`, (t) => {
		t.is(judge(respond, options), "complete");
	});
}

const bad: [
	what: string,
	respond: (handshake: ClientHandshake) => string,
	options?: Partial<ClientHandshakeOptions>,
][] = [
	...[200, 204, 301, 302, 307, 400, 401, 403, 404, 426, 500, 503].map((status): (typeof good)[number] => [
		`status ${status}`,
		(it) => response(it, {}, `HTTP/1.1 ${status} X`),
	]),
	["status 1010", (it) => response(it, {}, "HTTP/1.1 1010 X")],
	["status 10", (it) => response(it, {}, "HTTP/1.1 10 X")],
	["status 1e2", (it) => response(it, {}, "HTTP/1.1 1e2 X")],
	["status +10", (it) => response(it, {}, "HTTP/1.1 +10 X")],
	["status 0x6", (it) => response(it, {}, "HTTP/1.1 0x6 X")],
	["status 099", (it) => response(it, {}, "HTTP/1.1 099 X")],
	["status 600", (it) => response(it, {}, "HTTP/1.1 600 X")],
	["a status with a space before it", (it) => response(it, {}, "HTTP/1.1  10 X")],
	["a status with more behind it", (it) => response(it, {}, "HTTP/1.1 101x")],
	["no status", (it) => response(it, {}, "HTTP/1.1")],
	["HTTP/1.0", (it) => response(it, {}, "HTTP/1.0 101 X")],
	["HTTP/2", (it) => response(it, {}, "HTTP/2 101 X")],
	["another protocol", (it) => response(it, {}, "ICY 101 X")],
	["no Upgrade", (it) => response(it, { Upgrade: undefined })],
	["another Upgrade", (it) => response(it, { Upgrade: "h2c" })],
	["Upgrade as a list", (it) => response(it, { Upgrade: "websocket, h2c" })],
	["no Connection", (it) => response(it, { Connection: undefined })],
	["another Connection", (it) => response(it, { Connection: "close" })],
	["no accept value", (it) => response(it, { "Sec-WebSocket-Accept": undefined })],
	["an empty accept value", (it) => response(it, { "Sec-WebSocket-Accept": "" })],
	[
		"the accept value of another key",
		(it) => response(it, { "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" }),
	],
	[
		"an accept value in other case",
		(it) => response(it, { "Sec-WebSocket-Accept": acceptOf(it).toLowerCase() }),
	],
	[
		"two accept values",
		(it) =>
			response(it, { "Sec-WebSocket-Accept": `${acceptOf(it)}\r\nSec-WebSocket-Accept: ${acceptOf(it)}` }),
	],
	[
		"an accept value with more than white space behind it",
		(it) => response(it, { "Sec-WebSocket-Accept": `${acceptOf(it)}\xa0` }),
	],
	["a subprotocol, though none was offered", (it) => response(it, { "Sec-WebSocket-Protocol": "one" })],
	[
		"another subprotocol",
		(it) => response(it, { "Sec-WebSocket-Protocol": "three" }),
		{ protocol: "one,two" },
	],
	[
		"a subprotocol in other case",
		(it) => response(it, { "Sec-WebSocket-Protocol": "One" }),
		{ protocol: "one,two" },
	],
	[
		"two subprotocols",
		(it) => response(it, { "Sec-WebSocket-Protocol": "one, two" }),
		{ protocol: "one,two" },
	],
	[
		"a subprotocol twice",
		(it) => response(it, { "Sec-WebSocket-Protocol": "one\r\nSec-WebSocket-Protocol: one" }),
		{ protocol: "one" },
	],
	["an extension", (it) => response(it, { "Sec-WebSocket-Extensions": "permessage-deflate" })],
	["a fold before the first field", (it) => response(it).replace("\r\nUpgrade", "\r\n Upgrade")],
	["a fold that changes a value", (it) => response(it, { Upgrade: "web\r\n socket" })],
	["a doubled Upgrade", (it) => response(it, { Upgrade: "websocket\r\nUpgrade: websocket" })],
	["interim responses without end", () => "HTTP/1.1 100 Continue\r\n\r\n".repeat(200)],
	["status 403 after an interim one", (it) => interim("100 X") + response(it, {}, "HTTP/1.1 403 X")],
	[
		"fields of an interim response only",
		(it) => `${response(it, {}, "HTTP/1.1 103 X")}HTTP/1.1 101 X\r\n\r\n`,
	],
	["an interim response of HTTP/1.0", (it) => `HTTP/1.0 100 X\r\n\r\n${response(it)}`],
	["a TLS alert", () => "\x15\x03\x01\x00\x02\x02\x16"],
	["a line without a colon", (it) => response(it).replace("Upgrade:", "Upgrade")],
	["a field name with a space behind it", (it) => response(it).replace("Upgrade:", "Upgrade :")],
	["a line feed alone", (it) => response(it).replace("\r\nUpgrade", "\nUpgrade")],
	["a NUL", (it) => response(it, { X: "\0" })],
	["4097 bytes", (it) => response(it, { X: "x".repeat(4097 - response(it, { X: "" }).length) })],
	["a head without end", () => `HTTP/1.1 101 ${"x".repeat(5000)}`],
	["frames and no head", () => "\x81\x05hello\r\n\r\n"],
];

for (const [what, respond, options] of bad) {
	test(`a response with ${what} is refused, with a reason that says so`, (t) => {
		t.is(typeof judge(respond, options), "number");
		const handshake = make(options);
		feed(handshake, Buffer.from(respond(handshake), "latin1"));
		t.true((handshake.fault?.message.length ?? 0) > 20);
		t.true((handshake.fault?.message.length ?? 0) < 200);
	});
}

const messages: [
	what: string,
	respond: (handshake: ClientHandshake) => string,
	message: RegExp | string,
	options?: Partial<ClientHandshakeOptions>,
][] = [
	[
		"a doubled accept value",
		(it) => response(it).replace("Sec-", `Sec-WebSocket-Accept: ${acceptOf(it)}\r\nSec-`),
		"the server's response has Sec-WebSocket-Accept twice",
	],
	[
		"a doubled subprotocol",
		(it) => response(it, { "Sec-WebSocket-Protocol": "one\r\nSec-WebSocket-Protocol: one" }),
		"the server's response has Sec-WebSocket-Protocol twice",
		{ protocol: "one" },
	],
	[
		"a doubled Upgrade",
		(it) => response(it, { Upgrade: "websocket\r\nUpgrade: websocket" }),
		/"Upgrade" names more than one protocol/,
	],
	["a TLS alert", () => "\x15\x03\x01\0\x02", /the server speaks TLS/],
	["a byte of TLS elsewhere", () => "HTTP/1.1 \x15", /invalid byte 21/],
	["CR LF in a message", () => "220 mail\tserver\xfc ready\r\n", /"220 mail\\tserver\\x7f ready"/],
	["a refusal", () => "HTTP/1.1 403 Forbidden\r\n\r\n", 'the server answered "403 Forbidden" instead of 101'],
	[
		"a full server",
		() =>
			"HTTP/1.1 503 the server has no room for one more connection (maxConnections is 65535)\r\nX: y\r\n\r\n",
		/"503 the server has no room for one more connection \(maxConnections is 65535\)" instead of 101/,
	],
	["a refusal of many words", () => `HTTP/1.1 403 ${"x".repeat(3000)}\r\n\r\n`, /^.{100,150}$/],
	[
		"a head that is too long",
		() => `HTTP/1.1 101 ${"x".repeat(5000)}`,
		/more than 4096 bytes \(maxHeadSize\)/,
	],
	[
		"a head over a limit of its own",
		() => `HTTP/1.1 101 ${"x".repeat(600)}`,
		/more than 600 bytes \(maxHeadSize\)/,
		{ maxHeadSize: 600 },
	],
];

for (const [what, respond, message, options] of messages) {
	test(`the reason for refusing ${what} describes the error`, (t) => {
		const handshake = make(options);
		feed(handshake, Buffer.from(respond(handshake), "latin1"));
		const reason = handshake.fault?.message ?? "";
		if (typeof message === "string") t.is(reason, message);
		else t.regex(reason, message);
	});
}

test("bytes after interim responses and a head are not read, wherever they are split", (t) => {
	const head = (handshake: ClientHandshake) =>
		Buffer.from(
			`${interim("100 Continue")}HTTP/1.1 103 X\r\n\r\n${response(handshake, { "X-Folded": "a\r\n b" })}\x81\x01A`,
			"latin1",
		);
	const { length } = head(make());
	for (let cut = 0; cut < length - 3; cut++) {
		const handshake = make();
		const bytes = head(handshake);
		t.is(feed(handshake, bytes.subarray(0, cut)), 0);
		t.is(outcome(handshake), "incomplete");
		t.is(feed(handshake, bytes.subarray(cut)), 3);
		t.is(outcome(handshake), "complete");
	}
});

test("interim responses and the final one share the limit of a head", (t) => {
	const handshake = make({ maxHeadSize: 600 });
	const bytes = Buffer.from(interim("100 X").repeat(40));
	feed(handshake, bytes.subarray(0, 600));
	t.is(outcome(handshake), "incomplete");
	feed(handshake, bytes.subarray(600));
	t.is(outcome(handshake), 431);
});
