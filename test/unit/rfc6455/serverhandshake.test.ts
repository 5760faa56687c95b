import "../../../sim/node/globals.js";
import test from "ava";
import { ServerHandshake, type ServerHandshakeOptions } from "../../../modules/rfc6455/serverhandshake.js";
import { feed, outcome, outcomeOf } from "./headfeed.js";

const key = "dGhlIHNhbXBsZSBub25jZQ==";

type Fields = Record<string, string | undefined>;

function request(fields: Fields = {}, line = "GET / HTTP/1.1"): string {
	const all: Fields = {
		Host: "device",
		Upgrade: "websocket",
		Connection: "Upgrade",
		"Sec-WebSocket-Key": key,
		"Sec-WebSocket-Version": "13",
		...fields,
	};
	const lines = Object.entries(all).flatMap(([name, value]) =>
		value === undefined ? [] : [`${name}: ${value}\r\n`],
	);
	return `${line}\r\n${lines.join("")}\r\n`;
}

const rich = request(
	{ Origin: "http://page", "Sec-WebSocket-Protocol": "one, two", "X-More": "" },
	"GET /a?b HTTP/1.1",
);

function status(response: string): number {
	return Number(/^HTTP\/1\.1 (\d{3}) [ -~]+\r\n/.exec(response)?.[1]);
}

test("a request is complete with its last byte, and no prefix is complete or refused", (t) => {
	const bytes = Buffer.from(rich);
	for (let length = 0; length < bytes.length; length++) {
		const handshake = new ServerHandshake({});
		t.is(feed(handshake, bytes.subarray(0, length)), 0);
		t.is(outcome(handshake), "incomplete");
		t.true(handshake.wanted <= bytes.length - length, "it asks for no byte past the end of the head");
		feed(handshake, bytes.subarray(length));
		t.is(outcome(handshake), "complete");
		t.is(handshake.wanted, 0);
	}
});

test("a request split in three anywhere has the same outcome as a whole one", (t) => {
	const bytes = Buffer.from(request());
	for (let first = 0; first < bytes.length; first += 3) {
		for (let second = first; second < bytes.length; second += 2) {
			const handshake = new ServerHandshake({});
			feed(handshake, bytes.subarray(0, first));
			feed(handshake, bytes.subarray(first, second));
			feed(handshake, bytes.subarray(second));
			if (outcome(handshake) !== "complete") t.fail(`cut at ${first} and ${second}`);
		}
	}
	t.pass();
});

test("bytes after the head are not read", (t) => {
	for (const after of ["\x81\x80abcd", "\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "x"]) {
		const handshake = new ServerHandshake({});
		t.is(feed(handshake, Buffer.from(request() + after, "latin1")), after.length);
		t.is(outcome(handshake), "complete");
	}
});

test("section 4.2.2: the response to the example of section 1.3", (t) => {
	const handshake = new ServerHandshake({});
	feed(handshake, Buffer.from(request()));
	t.is(
		handshake.response,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
	);
});

const good: [what: string, head: string][] = [
	["names in capitals", request().replaceAll(/^[\w-]+:/gm, (name) => name.toUpperCase())],
	["names in small letters", request().replaceAll(/^[\w-]+:/gm, (name) => name.toLowerCase())],
	["values in odd case", request({ Upgrade: "WebSocket", Connection: "uPgRaDe" })],
	["lists", request({ Upgrade: "h2c, websocket", Connection: "keep-alive ,, Upgrade," })],
	[
		"fields in two lines",
		request().replace("Connection: Upgrade", "Connection: keep-alive\r\nConnection: Upgrade"),
	],
	["no white space", request().replaceAll(": ", ":")],
	["white space around values", request().replaceAll(/: (.*)\r/g, ": \t $1\t \r")],
	["an absolute target", request({}, "GET http://device/ HTTP/1.1")],
	["an absolute target with a host only", request({}, "GET http://device HTTP/1.1")],
	["an absolute target with a query only", request({}, "GET WS://device?token=1 HTTP/1.1")],
	["the expectation 100-continue", request({ Expect: "100-Continue" })],
	["an empty expectation", request({ Expect: "" })],
	["names of odd lengths", request({ a: "", "hos-": "x", upgrader: "x", ["X-".padEnd(500, "y")]: "z" })],
	[
		"a value of nothing but commas",
		request({ Upgrade: `${",".repeat(1000)}websocket${" ,\t".repeat(100)}` }),
	],
	["an empty line before it", `\r\n${request()}`],
	["a content length of 0", request({ "Content-Length": "0" })],
	[
		"extensions that are offered",
		request({ "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" }),
	],
	["bytes past ASCII in a value", request({ "X-Name": "\xfc\xff" })],
	["HTTP/1.2", request({}, "GET / HTTP/1.2")],
	["any percent encoding", request({}, "GET /%20%00%ff HTTP/1.1")],
	["2048 bytes", request({ X: "x".repeat(2048 - request({ X: "" }).length) })],
];

for (const [what, head] of good) {
	test(`a request with ${what} is granted`, (t) => {
		t.is(
			outcomeOf(() => new ServerHandshake({}), head),
			"complete",
		);
	});
}

const bad: [what: string, status: number, head: string, options?: ServerHandshakeOptions][] = [
	["POST", 405, request({}, "POST / HTTP/1.1")],
	["a method in small letters", 405, request({}, "get / HTTP/1.1")],
	["no host in an absolute target", 400, request({}, "GET http:///a HTTP/1.1")],
	["nothing behind the scheme", 400, request({}, "GET ws:// HTTP/1.1")],
	["a target of TLS", 400, request({}, "GET https://device/ HTTP/1.1")],
	["another expectation", 417, request({ Expect: "200-ok" })],
	["two expectations", 417, request({ Expect: "100-continue, 200-ok" })],
	["no method", 400, request({}, " / HTTP/1.1")],
	["no target", 400, request({}, "GET HTTP/1.1")],
	["a space in the target", 400, request({}, "GET /a b HTTP/1.1")],
	["two spaces", 400, request({}, "GET  / HTTP/1.1")],
	["the target *", 400, request({}, "GET * HTTP/1.1")],
	["an byte past ASCII in the target", 400, request({}, "GET /\xfc HTTP/1.1")],
	["HTTP/1.0", 400, request({}, "GET / HTTP/1.0")],
	["HTTP/2.0", 400, request({}, "GET / HTTP/2.0")],
	["HTTP/0.9", 400, request({}, "GET / HTTP/0.9")],
	["no version of HTTP", 400, request({}, "GET /")],
	["another protocol", 400, request({}, "GET / RTSP/1.1")],
	["no Host", 400, request({ Host: undefined })],
	["two Hosts", 400, request().replace("Host:", "Host: other\r\nHost:")],
	["no Upgrade", 426, request({ Upgrade: undefined })],
	["an empty Upgrade", 426, request({ Upgrade: "" })],
	["another Upgrade", 426, request({ Upgrade: "websockets" })],
	["no Connection", 400, request({ Connection: undefined })],
	["another Connection", 400, request({ Connection: "upgraded" })],
	["no key", 400, request({ "Sec-WebSocket-Key": undefined })],
	["an empty key", 400, request({ "Sec-WebSocket-Key": "" })],
	["a key of 15 bytes", 400, request({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" })],
	["a key that is no base64", 400, request({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub2*jZQ==" })],
	[
		"two keys",
		400,
		request().replace("Sec-WebSocket-Key:", `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Key:`),
	],
	["no WebSocket version", 426, request({ "Sec-WebSocket-Version": undefined })],
	["WebSocket version 8", 426, request({ "Sec-WebSocket-Version": "8" })],
	["WebSocket version 013", 426, request({ "Sec-WebSocket-Version": "013" })],
	[
		"two WebSocket versions",
		400,
		request().replace("Sec-WebSocket-Version:", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version:"),
	],
	["a body", 400, request({ "Content-Length": "3" })],
	["a body in chunks", 400, request({ "Transfer-Encoding": "chunked" })],
	["a subprotocol that is no token", 400, request({ "Sec-WebSocket-Protocol": "a b" })],
	["a field name with a space behind it", 400, request().replace("Host:", "Host :")],
	["an empty field name", 400, request().replace("Host:", ":")],
	["a line without a colon", 400, request().replace("Host:", "Host")],
	["a folded field", 400, request({ "X-Folded": "one\r\n two" })],
	["a fold before the first field", 400, request().replace("Host:", " Host:")],
	["a line feed alone", 400, request().replace("\r\nHost", "\nHost")],
	["a carriage return inside a line", 400, request({ "X-Return": "a\rb" })],
	["two carriage returns", 400, request().replace("\r\nHost", "\r\r\nHost")],
	["a NUL", 400, request({ "X-Nul": "a\0b" })],
	["a vertical tab before a value", 400, request({ Upgrade: "\vwebsocket" })],
	["a no-break space behind a value", 426, request({ Upgrade: "websocket\xa0" })],
	["a no-break space in a list", 400, request({ Connection: "keep-alive,\xa0Upgrade" })],
	["2049 bytes", 431, request({ X: "x".repeat(2049 - request({ X: "" }).length) })],
	["another path", 404, request({}, "GET /b HTTP/1.1"), { path: "/a" }],
	["a longer path", 404, request({}, "GET /ab HTTP/1.1"), { path: "/a" }],
	["another origin", 403, request({ Origin: "http://evil" }), { allowedOrigins: ["http://page"] }],
	["an origin in other case", 403, request({ Origin: "HTTP://page" }), { allowedOrigins: ["http://page"] }],
	[
		"two origins",
		400,
		request({ Origin: "http://page\r\nOrigin: http://evil" }),
		{ allowedOrigins: ["http://page"] },
	],
	["no fault but no room for it", 503, request(), { hasRoom: () => false }],
];

for (const [what, wanted, head, options = {}] of bad) {
	test(`a request with ${what} is refused with ${wanted}`, (t) => {
		t.is(
			outcomeOf(() => new ServerHandshake(options), head),
			wanted,
		);
		const handshake = new ServerHandshake(options);
		feed(handshake, Buffer.from(head, "latin1"));
		const { response } = handshake;
		t.is(status(response), wanted);
		t.regex(response, /\r\nConnection: close\r\n/);
		const [fields = "", body = ""] = response.split("\r\n\r\n");
		t.regex(response, /^[\r\n -~]*$/);
		t.is(Number(/\r\nContent-Length: (\d+)/.exec(fields)?.[1]), body.length);
		t.true(body.length > 10);
		if (wanted === 426) {
			t.regex(response, /\r\nSec-WebSocket-Version: 13\r\n/);
			t.regex(response, /\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n/);
		}
		if (wanted === 405) t.regex(response, /\r\nAllow: GET\r\n/);
		if (wanted === 503) t.regex(response, /\r\nRetry-After: \d+\r\n/);
	});
}

const same: [outcome: number | "complete", host: string, origin: string][] = [
	["complete", "192.0.2.7", "http://192.0.2.7"],
	["complete", "192.0.2.7:80", "http://192.0.2.7"],
	["complete", "192.0.2.7:8080", "http://192.0.2.7:8080"],
	["complete", "[2001:db8::1]", "http://[2001:db8::1]"],
	["complete", "[2001:db8::1]:80", "http://[2001:db8::1]"],
	["complete", "[2001:db8::1]:8080", "http://[2001:db8::1]:8080"],
	["complete", "LAMP.Local", "http://lamp.local"],
	["complete", "lamp.local.:8080", "http://lamp.local.:8080"],
	["complete", "lamp", "http://lamp"],
	["complete", "localhost:8080", "http://localhost:8080"],
	["complete", "a.localhost", "http://a.localhost"],
	["complete", "lamp.lan", "http://lamp.lan"],
	["complete", "lamp.home.arpa", "http://lamp.home.arpa"],
	["complete", "lamp.internal", "http://lamp.internal"],
	["complete", "anything.example", "http://page.example"],
	[403, "192.0.2.7", "http://192.0.2.8"],
	[403, "192.0.2.7", "https://192.0.2.7"],
	[403, "192.0.2.7", "http://192.0.2.7:80"],
	[403, "192.0.2.7", "http://192.0.2.7:8080"],
	[403, "192.0.2.7:8080", "http://192.0.2.7"],
	[403, "192.0.2.7:8080", "http://192.0.2.7:808"],
	[403, "192.0.2.7", "null"],
	[403, "192.0.2.7", "same"],
	[403, "192.0.2.7", ""],
	[403, "", "http://"],
	[403, ":8080", "http://:8080"],
	[403, ".:8080", "http://.:8080"],
	// DNS rebinding: the host is the attacker's name for the device.
	[403, "evil.example", "http://evil.example"],
	[403, "evil.example:8080", "http://evil.example:8080"],
	[403, "192.0.2.7.evil.example", "http://192.0.2.7.evil.example"],
	[403, "192.0.2.7.", "http://192.0.2.7.:80"],
	[403, "evil.notlocal", "http://evil.notlocal"],
	[403, "lamp.local.evil.example", "http://lamp.local.evil.example"],
	[403, "lamp.local..", "http://lamp.local.."],
	[403, "[evil.example]", "http://[evil.example]"],
	[403, "[2001:db8::1", "http://[2001:db8::1"],
	[403, "[::1]evil.example", "http://[::1]evil.example"],
	[403, "evil.example]", "http://evil.example]"],
];

for (const [wanted, host, origin] of same) {
	test(`"same": a page of ${origin} at the host ${host} is ${wanted}`, (t) => {
		const options = { allowedOrigins: ["http://page.example"], allowsSameOrigin: true };
		const head = request({ Host: host, Origin: origin });
		t.is(
			outcomeOf(() => new ServerHandshake(options), head),
			wanted,
		);
	});
}

test("RFC 9110 section 5.1: a field name is a token", (t) => {
	for (let byte = 0; byte < 256; byte++) {
		const character = String.fromCharCode(byte);
		for (const name of [`${character}name`, `na${character}me`, `${"n".repeat(100)}${character}`]) {
			const head = request().replace("Upgrade:", `${name}: x\r\nUpgrade:`);
			const valid = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || name.indexOf(":") > 0;
			const found = outcomeOf(() => new ServerHandshake({}), head);
			if (found !== (valid ? "complete" : 400)) t.fail(`${JSON.stringify(name)} is ${found}`);
		}
	}
	t.pass();
});

test("hasRoom() is called once, when a valid request is complete", (t) => {
	let asked = 0;
	const options: ServerHandshakeOptions = { maxConnections: 4, hasRoom: () => ++asked > 1 };
	const refused = new ServerHandshake(options);
	const bytes = Buffer.from(request());
	feed(refused, bytes.subarray(0, -1));
	t.is(asked, 0);
	feed(refused, bytes.subarray(-1));
	t.is(asked, 1);
	t.regex(
		refused.response,
		/^HTTP\/1\.1 503 .*\r\n\r\nthe server has no room for one more connection \(maxConnections is 4\)\n$/s,
	);
	const invalid = new ServerHandshake(options);
	feed(invalid, Buffer.from(request({ Host: undefined })));
	t.is(asked, 1);
	const granted = new ServerHandshake(options);
	feed(granted, bytes);
	t.is(outcome(granted), "complete");
	t.is(asked, 2);
});

test("an endless head is refused at its 2049th byte, in any part", (t) => {
	for (const endless of [
		"x",
		"GET / HTTP/1.1\r\n",
		"GET / HTTP/1.1\r\nX: ",
		"\r\n",
		"GET / HTTP/1.1\r\nA: b\r\n",
	]) {
		const text =
			endless === "x" || endless.endsWith(": ")
				? endless.padEnd(4000, "x")
				: `${endless}${"A: b\r\n".repeat(600)}`;
		const bytes = Buffer.from(endless === "\r\n" ? "\r\n".repeat(2000) : text);
		const handshake = new ServerHandshake({});
		for (let at = 0; at < 2048; at++) feed(handshake, bytes.subarray(at, at + 1));
		t.is(outcome(handshake), "incomplete");
		feed(handshake, bytes.subarray(2048, 2049));
		t.is(outcome(handshake), 431);
	}
});

test("the 431 names the limit and the option", (t) => {
	const handshake = new ServerHandshake({ maxHeadSize: 3000 });
	feed(handshake, Buffer.from(request({ X: "x".repeat(2999 - request({ X: "" }).length) }).slice(0, -2)));
	t.is(outcome(handshake), "incomplete");
	feed(handshake, Buffer.from("Y: 12345"));
	t.regex(handshake.response, /^HTTP\/1\.1 431 [^\r]*more than 3000 bytes \(maxHeadSize\)\r\n/);
});

test("RFC 9110 section 7.8: with the expectation 100-continue, 100 is sent before 101", (t) => {
	const handshake = new ServerHandshake({});
	feed(handshake, Buffer.from(request({ Expect: "100-continue" })));
	t.regex(handshake.response, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 101 /);
	const refused = new ServerHandshake({});
	feed(refused, Buffer.from(request({ Expect: "100-continue", Host: undefined })));
	t.regex(refused.response, /^HTTP\/1\.1 400 /);
});

test("a client that uses TLS gets a response that says so", (t) => {
	const handshake = new ServerHandshake({});
	feed(handshake, Buffer.from("160301020001000001fc0303", "hex"));
	t.is(outcome(handshake), 400);
	t.regex(handshake.fault?.message ?? "", /the client speaks TLS/);
	const other = new ServerHandshake({});
	feed(other, Buffer.from("GET /\x16", "latin1"));
	t.regex(other.fault?.message ?? "", /invalid byte 22/);
});

test("quotes in error messages are one line of ASCII", (t) => {
	for (const head of [
		request({ "Sec-WebSocket-Version": "1\t3\xfc" }),
		request({}, "GET /\xfc\xff\t HTTP/1.1"),
		request({ Expect: "\x7f\x9f" }),
		"\xfcGET /\r\n",
	]) {
		const handshake = new ServerHandshake({});
		feed(handshake, Buffer.from(head, "latin1"));
		t.regex(handshake.fault?.message ?? "", /^[ -~]{10,150}$/);
		t.regex(handshake.response, /^HTTP\/1\.1 4\d\d [ -~]+\r\n/);
	}
});

test("the status line includes the text of a refusal, because clients show it", (t) => {
	const handshake = new ServerHandshake({});
	feed(handshake, Buffer.from(request({ Host: undefined })));
	t.is(handshake.response.split("\r\n", 1)[0], "HTTP/1.1 400 the request has no Host");
});

test("a request that does not arrive in time is refused with 408", (t) => {
	const handshake = new ServerHandshake({});
	feed(handshake, Buffer.from("GET / HTTP"));
	handshake.timeOut();
	t.is(status(handshake.response), 408);
});

test("the path is the target without scheme and authority", (t) => {
	for (const [target, path] of [
		["/", "/"],
		["/a/b?c=d&e", "/a/b?c=d&e"],
		["ws://device:8080/a?b", "/a?b"],
		["http://device/", "/"],
		["http://device", "/"],
		["http://h", "/"],
		["ws://h?token=1", "/?token=1"],
		["HTTP://h:80?", "/?"],
	] as const) {
		const handshake = new ServerHandshake({});
		feed(handshake, Buffer.from(request({}, `GET ${target} HTTP/1.1`)));
		t.is(outcome(handshake), "complete");
		t.is(handshake.path, path);
	}
});

test("the subprotocol is the first offered that the server speaks, over any number of fields", (t) => {
	const protocols = ["one", "two"];
	for (const [offered, chosen] of [
		["two, one", "two"],
		["zero,two", "two"],
		["zero\r\nSec-WebSocket-Protocol: two, one", "two"],
		["One", ""],
		["zero", ""],
		[undefined, ""],
	] as const) {
		const handshake = new ServerHandshake({ protocols });
		feed(handshake, Buffer.from(request({ "Sec-WebSocket-Protocol": offered })));
		t.is(outcome(handshake), "complete");
		t.is(handshake.protocol, chosen);
		t.is(handshake.response.includes("Sec-WebSocket-Protocol"), chosen !== "");
		if (chosen) t.true(handshake.response.includes(`\r\nSec-WebSocket-Protocol: ${chosen}\r\n`));
	}
});

test("a refusal quotes the peer's data only in part and in ASCII", (t) => {
	const handshake = new ServerHandshake({ path: "/a" });
	feed(handshake, Buffer.from(request({}, `GET /${"b".repeat(500)} HTTP/1.1`)));
	t.true(handshake.response.length < 400);
});

/** Heads of 2 KB that would take much memory if each byte, item or line did. */
const greedy: [what: string, head: string][] = [
	["a long path", request({}, `GET /${"a".repeat(1850)} HTTP/1.1`)],
	["a long method", request({}, `${"A".repeat(1850)} / HTTP/1.1`)],
	["a long name", request({ ["a".repeat(1850)]: "b" })],
	["a long value", request({ Cookie: "a".repeat(1850) })],
	["a long subprotocol", request({ "Sec-WebSocket-Protocol": "a".repeat(1800) })],
	["a long Upgrade", request({ Upgrade: `websocket,${"a".repeat(1800)}` })],
	["commas in Upgrade", request({ Upgrade: `websocket${",".repeat(1800)}` })],
	["items in Connection", request({ Connection: `Upgrade${",a".repeat(900)}` })],
	["subprotocols", request({ "Sec-WebSocket-Protocol": `a${",a".repeat(900)}` })],
	["white space", request({ Upgrade: `${" ".repeat(1800)}websocket` })],
	["small fields", request({ Host: `device${"\r\na:".repeat(400)}` })],
	["small fields with a name of a known length", request({ Host: `device${"\r\nhosu:".repeat(250)}` })],
];

for (const [what, head] of greedy) {
	test.serial(`a head with ${what} is read with little memory`, (t) => {
		const { fromArrayBuffer } = String;
		let strings = 0;
		let bytes = 0;
		String.fromArrayBuffer = (...all: [bytes: ArrayBuffer]): string => {
			const text = fromArrayBuffer(...all);
			strings++;
			bytes += text.length;
			return text;
		};
		try {
			const handshake = new ServerHandshake({ protocols: ["mqtt", "wamp"] });
			feed(handshake, Buffer.from(head));
			t.not(outcome(handshake), "incomplete");
			t.true(head.length > 1500 && head.length <= 2048);
			t.true((handshake as unknown as { bytes: Uint8Array }).bytes.length <= 2048);
		} finally {
			String.fromArrayBuffer = fromArrayBuffer;
		}
		// At most one string per name of a known length, and each part of the head at most once, except a few short ones.
		const names = head.split("\r\nhosu:").length - 1;
		t.true(strings <= names + 20, `${strings} strings`);
		t.true(bytes <= head.length + 500, `${bytes} bytes`);
	});
}
