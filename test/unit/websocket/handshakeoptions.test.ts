import "../../../sim/node/globals.js";
import test from "ava";
import {
	headSizeOption,
	protocolsOption,
	targetOption,
} from "../../../modules/websocket/handshakeoptions.js";

const defaults = {
	host: "localhost",
	port: 80,
	path: "/",
	maxHeadSize: 4096,
};

test("null and the empty string select the default", (t) => {
	t.deepEqual(targetOption({}), defaults);
	for (const absent of [undefined, null]) {
		const names = ["url", "host", "port", "path", "protocols", "headers", "maxHeadSize", "sslTls"];
		t.deepEqual(targetOption(Object.fromEntries(names.map((name) => [name, absent]))), defaults);
	}
	t.deepEqual(targetOption({ url: "", path: "", protocols: "", headers: "", sslTls: false }), defaults);
	t.deepEqual(targetOption({ protocols: [], headers: {} }), { ...defaults, headers: [] });
	t.deepEqual(targetOption({ url: "ws://a", host: null, port: null, path: "" }), { ...defaults, host: "a" });
});

const urls: [url: string, host: string, port: number, path: string][] = [
	["ws://device", "device", 80, "/"],
	["WS://Device/", "Device", 80, "/"],
	["ws://device:8080", "device", 8080, "/"],
	["ws://device:", "device", 80, "/"],
	["ws://device:00080/a", "device", 80, "/a"],
	["ws://192.168.1.5:81/a/b?c=d&e", "192.168.1.5", 81, "/a/b?c=d&e"],
	["ws://device?token=1", "device", 80, "/?token=1"],
	["ws://device:1?token=a:b@c/d", "device", 1, "/?token=a:b@c/d"],
	["ws://device/a@b:c", "device", 80, "/a@b:c"],
	["ws://device/%20%23", "device", 80, "/%20%23"],
];

for (const [url, host, port, path] of urls) {
	test(`url ${url}`, (t) => {
		t.deepEqual(targetOption({ url }), { ...defaults, host, port, path });
	});
}

const badUrls: [url: unknown, error: "TypeError" | "RangeError", message: RegExp][] = [
	[5, "TypeError", /^url is 5; it must be a string$/],
	["http://device", "RangeError", /starts with "ws:\/\/"/],
	["device", "RangeError", /starts with "ws:\/\/"/],
	["device:80", "RangeError", /starts with "ws:\/\/"/],
	["//device", "RangeError", /starts with "ws:\/\/"/],
	["ws:device", "RangeError", /starts with "ws:\/\/"/],
	["ws:/device", "RangeError", /starts with "ws:\/\/"/],
	[" ws://device", "RangeError", /starts with "ws:\/\/"/],
	["ws://device/#top", "RangeError", /fragment/],
	["ws://device#", "RangeError", /fragment/],
	["ws://", "RangeError", /host/],
	["ws:///a", "RangeError", /host/],
	["ws://:80/", "RangeError", /host/],
	["ws://a b/", "RangeError", /visible ASCII/],
	["ws://device/a b", "RangeError", /visible ASCII/],
	["ws://device/\xfc", "RangeError", /\\xfc.*visible ASCII/],
	["ws://device/\r\nX: y", "RangeError", /"ws:\/\/device\/\\r\\nX: y".*visible ASCII/],
	["ws://999.1.1.1/", "RangeError", /host/],
	["ws://cafe:8080:80/", "RangeError", /port/],
	["ws://::1/", "RangeError", /host|port/],
	["ws://[::1/", "RangeError", /host/],
	["ws://[::1]x/", "RangeError", /host/],
	["ws://device:0", "RangeError", /port/],
	["ws://device:65536", "RangeError", /port/],
	["ws://device:8x", "RangeError", /port/],
	["ws://device:0x50", "RangeError", /port/],
	["ws://device:-1", "RangeError", /port/],
	["ws://device:+80", "RangeError", /port/],
	["ws://device:8e1", "RangeError", /port/],
];

for (const [url, name, message] of badUrls) {
	test(`url ${JSON.stringify(url)} is a ${name}`, (t) => {
		const error = t.throws(() => targetOption({ url }));
		t.is(error?.name, name);
		t.regex(error?.message ?? "", message);
		t.regex(error?.message ?? "", /^[ -~]+$/);
	});
}

test("user name and password in a url are refused and not shown in the error", (t) => {
	for (const url of ["ws://user:secret@device/", "ws://secret@device", "ws://@device/?secret"]) {
		const error = t.throws(() => targetOption({ url }), { instanceOf: RangeError });
		t.regex(error?.message ?? "", /^url has a user name or a password/);
		t.notRegex(error?.message ?? "", /secret/);
	}
});

test("url together with one of its parts is refused", (t) => {
	for (const [name, value] of [
		["host", "device"],
		["port", 80],
		["path", "/"],
	] as const)
		t.throws(() => targetOption({ url: "ws://device", [name]: value }), {
			instanceOf: RangeError,
			message: new RegExp(`^url and ${name} are both given`),
		});
});

const badHosts = [
	"example.com:8080",
	"192.168.1.5:8080",
	"cafe:8080",
	"[::1",
	":",
	"999.1.1.1",
	"",
	"ws://device",
	"device/path",
];

for (const host of badHosts) {
	test(`host ${JSON.stringify(host)} throws a RangeError`, (t) => {
		t.throws(() => targetOption({ host }), { instanceOf: RangeError, message: /^host is ".*"; it must be / });
	});
}

test.serial("an IPv6 address is refused if the platform cannot connect to it", (t) => {
	for (const options of [{ host: "::1" }, { host: "[::1]" }, { url: "ws://[::1]:8080/a" }])
		t.throws(() => targetOption(options), { instanceOf: RangeError, message: /::1.*IPv6.*IPv4/ });
	const host = globalThis as { device?: unknown };
	host.device = { network: { ws: { io: class {}, socket: { io: class {}, connectsIPv6: true } } } };
	t.teardown(() => {
		delete host.device;
	});
	t.is(targetOption({ host: "::1" }).host, "::1");
	const { port, path, host: literal } = targetOption({ url: "ws://[::1]:8080/a" });
	t.deepEqual({ port, path, literal }, { port: 8080, path: "/a", literal: "[::1]" });
});

const headers: [given: unknown, sent: [string, string][]][] = [
	[
		{ A: "1", B: "two" },
		[
			["A", "1"],
			["B", "two"],
		],
	],
	[new Map([["A", "1"]]), [["A", "1"]]],
	[
		{ A: 1, B: true, C: "" },
		[
			["A", "1"],
			["B", "true"],
			["C", ""],
		],
	],
	[
		[
			["X", "1"],
			["X", "2"],
		],
		[
			["X", "1"],
			["X", "2"],
		],
	],
	[
		[
			["X-Y", "1"],
			["A", "b"],
			["x-y", "2"],
			["X-y", "3"],
		],
		[
			["X-Y", "1"],
			["A", "b"],
			["X-Y", "2"],
			["X-Y", "3"],
		],
	],
	[{ Cookie: "a=1", cookie: "b=2" }, [["Cookie", "a=1; b=2"]]],
];

for (const [given, sent] of headers) {
	test(`headers ${JSON.stringify(given instanceof Map ? [...given] : given)}`, (t) => {
		t.deepEqual(targetOption({ headers: given }).headers, sent);
	});
}

const badHeaders: [headers: unknown, error: "TypeError" | "RangeError", message: RegExp][] = [
	[5, "TypeError", /^headers is 5/],
	["a: b", "TypeError", /^headers is "a: b"/],
	[{ A: null }, "TypeError", /"A".* null/],
	[{ A: undefined }, "TypeError", /"A".* undefined/],
	[{ A: { b: 1 } }, "TypeError", /"A".* an object/],
	[{ A: ["1", "2"] }, "TypeError", /"A".* an array/],
	[{ A: () => "" }, "TypeError", /"A"/],
	[{ A: Symbol("s") }, "TypeError", /"A".*Symbol/],
	[[["only"]], "TypeError", /"only"/],
	[[["A", "1", "2"]], "TypeError", /"A"/],
	[[[]], "TypeError", /^headers\[0\] is an array/],
	[["gh"], "TypeError", /^headers\[0\] is "gh"/],
	[[["A", "1"], null], "TypeError", /^headers\[1\] is null/],
	[[[5, "1"]], "TypeError", /^headers\[0\]/],
	[{ "": "x" }, "RangeError", /""/],
	[{ "A B": "x" }, "RangeError", /"A B"/],
	[{ A: "a\r\nB: c" }, "RangeError", /"a\\r\\nB: c" for "A"/],
	[{ A: "\xfc" }, "RangeError", /"A"/],
	[{ Origin: "http://a", origin: "http://b" }, "RangeError", /"Origin" twice/],
	[
		[
			["Authorization", "a"],
			["Authorization", "b"],
		],
		"RangeError",
		/"Authorization" twice/,
	],
	...[
		"Host",
		"Upgrade",
		"connection",
		"Sec-WebSocket-Key",
		"Sec-WebSocket-Protocol",
		"Content-Length",
		"Transfer-Encoding",
		"expect",
		"TE",
		"Trailer",
	].map((name): (typeof badHeaders)[number] => [{ [name]: "x" }, "RangeError", new RegExp(`"${name}"`)]),
];

badHeaders.forEach(([given, name, message], index) => {
	test(`invalid headers ${index} throw a ${name} that names the field`, (t) => {
		const error = t.throws(() => targetOption({ headers: given }));
		t.is(error?.name, name);
		t.regex(error?.message ?? "", message);
		t.regex(error?.message ?? "", /^headers[ -~]+$/);
	});
});

test("subprotocols are unique tokens", (t) => {
	t.deepEqual(protocolsOption({ protocols: ["mqtt", "MQTT"] }), ["mqtt", "MQTT"]);
	t.deepEqual(protocolsOption({ protocols: "mqtt" }), ["mqtt"]);
	t.is(targetOption({ protocols: ["a", "b"] }).protocol, "a, b");
	t.throws(() => protocolsOption({ protocols: ["mqtt", "x", "mqtt"] }), {
		instanceOf: RangeError,
		message: /"mqtt" twice/,
	});
	for (const bad of ["a b", "a,b", "\xfc", "a\r\n"])
		for (const protocols of [bad, [bad]])
			t.throws(() => protocolsOption({ protocols }), {
				instanceOf: RangeError,
				message: /^protocols [ -~]+$/,
			});
	t.throws(() => protocolsOption({ protocols: [""] }), { instanceOf: RangeError });
	t.throws(() => protocolsOption({ protocols: [null] }), { instanceOf: TypeError });
});

test("maxHeadSize is from 512 to 65535", (t) => {
	t.is(headSizeOption({}, 2048), 2048);
	for (const maxHeadSize of [512, 8192, 65535]) t.is(headSizeOption({ maxHeadSize }, 2048), maxHeadSize);
	for (const maxHeadSize of [511, 65536, 600.5, -1])
		t.throws(() => headSizeOption({ maxHeadSize }, 2048), {
			instanceOf: RangeError,
			message: /^maxHeadSize is .* an integer from 512 to 65535$/,
		});
	t.throws(() => headSizeOption({ maxHeadSize: "1024" }, 2048), { instanceOf: TypeError });
});
