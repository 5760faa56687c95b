/** Section 4.2: the opening handshake of a server. Section 1.3, 4.4, 9.1, 10.2; RFC 9110 and RFC 9112. */
import { frame, opcodes } from "../../support/frames.js";
import { answers, aPong, aText, type RequestCase, sends, text } from "../case.js";

const key = "dGhlIHNhbXBsZSBub25jZQ==";

type Fields = Record<string, string | undefined>;

/** Returns a request for a WebSocket. Given fields replace the default ones; undefined removes one. */
function request(
	fields: Fields = {},
	line = (path: string) => `GET ${path} HTTP/1.1`,
): (path: string) => string {
	const all: Fields = {
		Host: "device.example",
		Upgrade: "websocket",
		Connection: "Upgrade",
		"Sec-WebSocket-Key": key,
		"Sec-WebSocket-Version": "13",
		...fields,
	};
	const lines = Object.entries(all).flatMap(([name, value]) =>
		value === undefined ? [] : [`${name}: ${value}\r\n`],
	);
	return (path) => `${line(path)}\r\n${lines.join("")}\r\n`;
}

/** Returns a request with a line inserted before a field. */
function before(name: string, line: string): (path: string) => string {
	return (path) => request()(path).replace(`${name}:`, `${line}\r\n${name}:`);
}

const names = ["Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
const masked = (opcode: number, payload: string) => frame(opcode, payload, { mask: true }).toString("latin1");

const good: RequestCase[] = [
	{
		section: "1.3",
		title: "the example's key is answered with the example's value",
		request: request(),
		status: 101,
		answer: [
			/^HTTP\/1\.1 101 [^\r]*\r\n/,
			/\r\nupgrade: websocket\r\n/i,
			/\r\nconnection: upgrade\r\n/i,
			/\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i,
		],
		answerNot: [
			/sec-websocket-extensions/i,
			/sec-websocket-protocol/i,
			/content-length/i,
			/transfer-encoding/i,
		],
	},
	...(
		[
			["names in capitals", (path) => request()(path).replaceAll(/^[\w-]+:/gm, (name) => name.toUpperCase())],
			[
				"names in small letters",
				(path) => request()(path).replaceAll(/^[\w-]+:/gm, (name) => name.toLowerCase()),
			],
			[
				"values of Upgrade and Connection in odd case",
				request({ Upgrade: "WebSocket", Connection: "uPGRADE" }),
			],
			["Connection as a list", request({ Connection: "keep-alive, Upgrade" })],
			["Connection as a list without blanks", request({ Connection: "foo,Upgrade,bar" })],
			["Connection in two fields", before("Connection", "Connection: keep-alive")],
			["Upgrade as a list", request({ Upgrade: "h2c, websocket" })],
			["no blank after the colons", (path) => request()(path).replaceAll(": ", ":")],
			[
				"blanks and tabs around the values",
				(path) => request()(path).replaceAll(/: (.*)\r/g, ": \t $1\t \r"),
			],
			["fields nobody knows", request({ Cookie: "a=b", "X-Empty": "", "User-Agent": "x (y) z" })],
			["a query", request({}, (path) => `GET ${path}?query=1&more HTTP/1.1`)],
			["an absolute target", request({}, (path) => `GET http://device.example${path} HTTP/1.1`)],
			["an absolute target of ws", request({}, (path) => `GET WS://device.example:80${path}?a=b HTTP/1.1`)],
			["an empty line before it", (path) => `\r\n${request()(path)}`],
			["bytes past ASCII in a value", request({ "X-Name": "gr\xfc\xdfe" })],
			[
				"2048 bytes",
				(path) => request({ "X-Fill": "x".repeat(2048 - request({ "X-Fill": "" })(path).length) })(path),
			],
		] as [string, (path: string) => string][]
	).map(
		([what, make]): RequestCase => ({
			section: "4.2.1",
			title: `a request with ${what} is granted`,
			request: make,
			status: 101,
		}),
	),
];

const extras: RequestCase[] = [
	{
		section: "9.1",
		title: "extensions that are offered are declined",
		request: request({
			"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits, x-webkit-deflate-frame",
		}),
		status: 101,
		answerNot: [/sec-websocket-extensions/i],
	},
	{
		section: "4.2.1",
		title: "the expectation 100-continue is met before the upgrade (RFC 9110 section 7.8)",
		request: request({ Expect: "100-continue" }),
		continues: true,
		status: 101,
	},
	{
		section: "4.2.2",
		title: "subprotocols that nobody speaks are declined",
		request: request({ "Sec-WebSocket-Protocol": "chat, superchat" }),
		status: 101,
		answerNot: [/sec-websocket-protocol/i],
	},
	{
		section: "4.2.2",
		title: "the first subprotocol offered that is spoken is chosen, and no other told",
		options: { protocols: ["superchat", "chat"] },
		request: request({ "Sec-WebSocket-Protocol": "other, chat, superchat" }),
		status: 101,
		answer: [/\r\nsec-websocket-protocol: chat\r\n/i],
	},
	{
		section: "4.2.2",
		title: "subprotocols in several fields are one list",
		options: { protocols: ["superchat", "chat"] },
		request: request({ "Sec-WebSocket-Protocol": "other\r\nSec-WebSocket-Protocol: superchat" }),
		status: 101,
		answer: [/\r\nsec-websocket-protocol: superchat\r\n/i],
	},
	{
		section: "4.2.2",
		title: "a subprotocol in other case is another one",
		options: { protocols: ["chat"] },
		request: request({ "Sec-WebSocket-Protocol": "Chat" }),
		status: 101,
		answerNot: [/sec-websocket-protocol/i],
	},
	{
		section: "4.2.2",
		title: "no subprotocol is told where none was offered",
		options: { protocols: ["chat"] },
		request: request(),
		status: 101,
		answerNot: [/sec-websocket-protocol/i],
	},
	{
		section: "4.2.2",
		title: "frames that follow the request in the same bytes are the first frames",
		request: (path) => `${request()(path)}${masked(opcodes.ping, "early")}${masked(opcodes.text, "bird")}`,
		status: 101,
		moves: [answers(aPong("early"), aText("bird")), sends(text("later")), answers(aText("later"))],
		messages: ["bird", "later"],
	},
	{
		section: "10.2",
		title: "an origin that is allowed is let in",
		options: { allowedOrigins: ["http://page.example"] },
		request: request({ Origin: "http://page.example" }),
		status: 101,
	},
	{
		section: "10.2",
		title: "no origin is let in: it is no browser that asks",
		options: { allowedOrigins: ["http://page.example"] },
		request: request(),
		status: 101,
	},
	{
		section: "10.2",
		title: "any other origin gets 403",
		options: { allowedOrigins: ["http://page.example"] },
		request: request({ Origin: "http://page.example.evil" }),
		status: 403,
	},
];

const requestLines: [what: string, status: number, line: (path: string) => string][] = [
	["the method POST", 405, (path) => `POST ${path} HTTP/1.1`],
	["the method HEAD", 405, (path) => `HEAD ${path} HTTP/1.1`],
	["the method CONNECT", 405, (path) => `CONNECT ${path} HTTP/1.1`],
	["a method nobody knows", 405, (path) => `GETTING ${path} HTTP/1.1`],
	["the method get, as case matters", 405, (path) => `get ${path} HTTP/1.1`],
	["HTTP/1.0", 400, (path) => `GET ${path} HTTP/1.0`],
	["HTTP/0.9", 400, (path) => `GET ${path} HTTP/0.9`],
	["HTTP/2.0", 400, (path) => `GET ${path} HTTP/2.0`],
	["no version of HTTP", 400, (path) => `GET ${path}`],
	["another protocol", 400, (path) => `GET ${path} XTTP/1.1`],
	["no target", 400, () => "GET HTTP/1.1"],
	["a target that is no path", 400, () => "GET * HTTP/1.1"],
	["a target with a blank", 400, (path) => `GET ${path} x HTTP/1.1`],
	["an absolute target without a host", 400, (path) => `GET http://${path} HTTP/1.1`],
	["an absolute target of another scheme", 400, (path) => `GET https://device.example${path} HTTP/1.1`],
	["a target past ASCII", 400, (path) => `GET ${path}\xfc HTTP/1.1`],
	["two blanks in the line", 400, (path) => `GET  ${path} HTTP/1.1`],
];

const bad: RequestCase[] = [
	...requestLines.map(
		([what, status, line]): RequestCase => ({
			section: "4.2.1",
			title: `a request with ${what} gets ${status}`,
			request: request({}, line),
			status,
		}),
	),
	...names.map(
		(name): RequestCase => ({
			section: "4.2.1",
			title: `a request without ${name} is refused`,
			request: request({ [name]: undefined }),
			status: name === "Upgrade" || name === "Sec-WebSocket-Version" ? 426 : 400,
		}),
	),
	...names.map(
		(name): RequestCase => ({
			section: "4.2.1",
			title: `a request with an empty ${name} is ${name === "Host" ? "granted (RFC 9110 section 7.2)" : "refused"}`,
			request: request({ [name]: "" }),
			status: name === "Host" ? 101 : name === "Upgrade" || name === "Sec-WebSocket-Version" ? 426 : 400,
		}),
	),
	...[
		["Host", "Host: other.example"],
		["Sec-WebSocket-Key", `Sec-WebSocket-Key: ${key}`],
		["Sec-WebSocket-Version", "Sec-WebSocket-Version: 13"],
	].map(
		([name, line]): RequestCase => ({
			section: "4.2.1",
			title: `a request with ${name} twice gets 400`,
			request: before(name as string, line as string),
			status: 400,
		}),
	),
	...(
		[
			["Upgrade: h2c", 426, { Upgrade: "h2c" }],
			["Upgrade: websockets", 426, { Upgrade: "websockets" }],
			["Connection: keep-alive", 400, { Connection: "keep-alive" }],
			["Connection: upgraded", 400, { Connection: "upgraded" }],
			["a key of 15 bytes", 400, { "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAA" }],
			["a key of 17 bytes", 400, { "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAAA=" }],
			["a key that is not base64", 400, { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub2*jZQ==" }],
			["a subprotocol that is no token", 400, { "Sec-WebSocket-Protocol": "a b" }],
			["a body", 400, { "Content-Length": "5" }],
			["an expectation that nobody can meet", 417, { Expect: "tea" }],
			["a body in chunks", 400, { "Transfer-Encoding": "chunked" }],
		] as [string, number, Fields][]
	).map(
		([what, status, fields]): RequestCase => ({
			section: "4.2.1",
			title: `a request with ${what} gets ${status}`,
			request: request(fields),
			status,
		}),
	),
	...["0", "7", "8", "12", "14", "13x", "013", "-13", "255"].map(
		(version): RequestCase => ({
			section: "4.4",
			title: `version ${version} gets 426 and is told of 13`,
			request: request({ "Sec-WebSocket-Version": version }),
			status: 426,
			answer: [/\r\nsec-websocket-version: 13\r\n/i, /\r\nupgrade: websocket\r\n/i],
		}),
	),
	{
		section: "4.2.1",
		title: "a plain request for a page gets 426",
		request: (path) => `GET ${path} HTTP/1.1\r\nHost: device.example\r\nAccept: text/html\r\n\r\n`,
		status: 426,
	},
	{
		section: "4.2.2",
		title: "another path than the one that is served gets 404",
		options: { path: "/only" },
		request: request(),
		status: 404,
	},
];

const malformed: RequestCase[] = (
	[
		["a folded field", 400, request({ "X-Folded": "one\r\n two" })],
		["a blank before the first field", 400, (path) => request()(path).replace("\r\nHost", "\r\n Host")],
		["a blank before a colon", 400, (path) => request()(path).replace("Host:", "Host :")],
		["a line without a colon", 400, before("Host", "no colon here")],
		["an empty field name", 400, before("Host", ": empty")],
		["a field name that is no token", 400, before("Host", "a(b): c")],
		["a line feed without a carriage return", 400, (path) => request()(path).replace("\r\nHost", "\nHost")],
		["line feeds only", 400, (path) => request()(path).replaceAll("\r\n", "\n")],
		["a carriage return inside a line", 400, request({ "X-Return": "a\rb" })],
		["a NUL", 400, request({ "X-Nul": "a\0b" })],
		[
			"2049 bytes",
			431,
			(path: string) => request({ X: "x".repeat(2049 - request({ X: "" })(path).length) })(path),
		],
		["a field of 20000 bytes", 431, request({ "X-Long": "x".repeat(20000) })],
		[
			"a thousand fields",
			431,
			(path) => request({ A: Array.from({ length: 1000 }, () => "b").join("\r\nA: ") })(path),
		],
		["a target of 20000 bytes", 431, request({}, () => `GET /${"x".repeat(20000)} HTTP/1.1`)],
		["no end to its first line", 431, () => "G".repeat(20000)],
		["nonsense instead of a request", 400, () => "hello, is anybody there?\r\n\r\n"],
		["frames instead of a head", 400, () => `${masked(opcodes.text, "hello")}\r\n\r\n`],
		["a TLS greeting instead of a head", 400, () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
	] as [string, number, (path: string) => string][]
).map(([what, status, make]) => ({
	section: "4.2.1",
	title: `a request with ${what} gets ${status} (RFC 9112 section 5)`,
	request: make,
	status,
}));

export const serverOpening: RequestCase[] = [...good, ...extras, ...bad, ...malformed];
