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

/** What becomes of a response, whole and octet by octet. */
function judge(
	respond: (handshake: ClientHandshake) => string,
	options: Partial<ClientHandshakeOptions> = {},
): ReturnType<typeof outcome> {
	const whole = make(options);
	feed(whole, Buffer.from(respond(whole), "latin1"));
	const single = make(options);
	for (const octet of Buffer.from(respond(single), "latin1")) feed(single, Uint8Array.of(octet));
	if (outcome(single) !== outcome(whole))
		throw new Error(`whole ${outcome(whole)}, in octets ${outcome(single)}`);
	return outcome(whole);
}

test("section 4.1: the request has what it must have, in this order, and nothing else", (t) => {
	const { request } = make();
	t.regex(
		request,
		/^GET \/ HTTP\/1\.1\r\nHost: server:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: [\w+/]{22}==\r\nSec-WebSocket-Version: 13\r\n\r\n$/,
	);
});

test("section 4.1: path, subprotocols and further fields stand in the request", (t) => {
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

test("section 4.1: the port stands in Host, unless it is 80; an IPv6 address is bracketed", (t) => {
	for (const [host, port, field] of [
		["server", 80, "server"],
		["server", 443, "server:443"],
		["192.168.0.1", 81, "192.168.0.1:81"],
		["fe80::1", 80, "[fe80::1]"],
		["[fe80::1]", 81, "[fe80::1]:81"],
	] as const)
		t.true(make({ host, port }).request.includes(`\r\nHost: ${field}\r\n`), field);
});

test("what would break out of the request is refused with a TypeError", (t) => {
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
	];
	for (const options of bad)
		t.throws(() => make(options), { instanceOf: TypeError }, JSON.stringify(options));
});

test("no prefix of a response is complete or refused, and its last octet completes it", (t) => {
	const length = response(make(), { Server: "x" }).length;
	for (let cut = 0; cut < length; cut++) {
		const handshake = make();
		const octets = Buffer.from(response(handshake, { Server: "x" }));
		t.is(feed(handshake, octets.subarray(0, cut)), 0);
		t.is(outcome(handshake), "incomplete");
		t.true(handshake.wanted <= length - cut);
		feed(handshake, octets.subarray(cut));
		t.is(outcome(handshake), "complete");
	}
});

test("octets after the head are left", (t) => {
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
	["4096 octets", (it) => response(it, { X: "x".repeat(4096 - response(it, { X: "" }).length) })],
];

for (const [what, respond, options] of good) {
	test(`a response with ${what} is good`, (t) => {
		t.is(judge(respond, options), "complete");
	});
}

const bad: [
	what: string,
	respond: (handshake: ClientHandshake) => string,
	options?: Partial<ClientHandshakeOptions>,
][] = [
	...[100, 200, 204, 301, 302, 307, 400, 401, 403, 404, 426, 500, 503].map(
		(status): (typeof good)[number] => [`status ${status}`, (it) => response(it, {}, `HTTP/1.1 ${status} X`)],
	),
	["status 1010", (it) => response(it, {}, "HTTP/1.1 1010 X")],
	["status 10", (it) => response(it, {}, "HTTP/1.1 10 X")],
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
	["a folded field", (it) => response(it, { "X-Folded": "one\r\n two" })],
	["a line without a colon", (it) => response(it).replace("Upgrade:", "Upgrade")],
	["a field name with a space behind it", (it) => response(it).replace("Upgrade:", "Upgrade :")],
	["a line feed alone", (it) => response(it).replace("\r\nUpgrade", "\nUpgrade")],
	["a NUL", (it) => response(it, { X: "\0" })],
	["4097 octets", (it) => response(it, { X: "x".repeat(4097 - response(it, { X: "" }).length) })],
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
