/** Section 4.1: the opening handshake of a client. Sections 1.9, 3 and 9.1. */
import { frame, opcodes } from "../../support/frames.js";
import { answers, aPong, aText, type ResponseCase, sends, text } from "../case.js";

type Fields = Record<string, string | undefined>;
type Respond = ResponseCase["response"];

/** Returns a response that accepts the request. Given fields replace the default ones; undefined removes one. */
function response(
	fields: Fields | ((accept: string) => Fields) = {},
	line = "HTTP/1.1 101 Switching Protocols",
): Respond {
	return (accept) => {
		const all: Fields = {
			Upgrade: "websocket",
			Connection: "Upgrade",
			"Sec-WebSocket-Accept": accept,
			...(typeof fields === "function" ? fields(accept) : fields),
		};
		const lines = Object.entries(all).flatMap(([name, value]) =>
			value === undefined ? [] : [`${name}: ${value}\r\n`],
		);
		return `${line}\r\n${lines.join("")}\r\n`;
	};
}

/** Returns the head of an interim response. */
const interim = (status: string, field = "X: y"): string => `HTTP/1.1 ${status}\r\n${field}\r\n\r\n`;

const bare = (opcode: number, payload: string) => frame(opcode, payload).toString("latin1");

const requests: ResponseCase[] = [
	{
		section: "4.1",
		title: "the request is a GET of HTTP/1.1 with everything that is required",
		request: [
			/^GET \/ HTTP\/1\.1\r\n/,
			/\r\nHost: [^\r]+:\d+\r\n/,
			/\r\nUpgrade: websocket\r\n/i,
			/\r\nConnection: (?:[^\r]+, )?Upgrade\r\n/i,
			/\r\nSec-WebSocket-Key: [+/0-9A-Za-z]{21}[AQgw]==\r\n/,
			/\r\nSec-WebSocket-Version: 13\r\n/,
		],
		requestNot: [/sec-websocket-extensions/i, /sec-websocket-protocol/i, /origin/i, /content-length/i],
		response: response(),
		opens: true,
	},
	{
		section: "4.1",
		title: "path and query are the request's target",
		options: { path: "/a/b?c=d&e" },
		request: [/^GET \/a\/b\?c=d&e HTTP\/1\.1\r\n/],
		response: response(),
		opens: true,
	},
	{
		section: "4.1",
		title: "subprotocols are offered in order",
		options: { protocols: ["superchat", "chat"] },
		request: [/\r\nSec-WebSocket-Protocol: superchat, chat\r\n/],
		response: response({ "Sec-WebSocket-Protocol": "chat" }),
		opens: true,
	},
	{
		section: "4.1",
		title: "further fields are sent",
		options: { headers: { Authorization: "Bearer abc", Origin: "http://device.example" } },
		request: [/\r\nAuthorization: Bearer abc\r\n/, /\r\nOrigin: http:\/\/device\.example\r\n/],
		response: response(),
		opens: true,
	},
];

const good: [what: string, respond: Respond, options?: object][] = [
	[
		"names in capitals",
		(...all) => response()(...all).replaceAll(/^[\w-]+:/gm, (name) => name.toUpperCase()),
	],
	[
		"names in small letters",
		(...all) => response()(...all).replaceAll(/^[\w-]+:/gm, (name) => name.toLowerCase()),
	],
	["values in odd case", response({ Upgrade: "WebSocket", Connection: "UPGRADE" })],
	["Connection as a list", response({ Connection: "keep-alive, Upgrade" })],
	["Connection in two fields", response({ Connection: "keep-alive\r\nConnection: Upgrade" })],
	["no blanks after the colons", (...all) => response()(...all).replaceAll(": ", ":")],
	[
		"blanks and tabs around the values",
		(...all) => response()(...all).replaceAll(/: (.*)\r/g, ": \t $1\t \r"),
	],
	["no reason phrase", response({}, "HTTP/1.1 101 ")],
	["another reason phrase", response({}, "HTTP/1.1 101 Web Socket Protocol Handshake")],
	["fields nobody knows", response({ Date: "today", Server: "x", "Set-Cookie": "a=b", "X-Empty": "" })],
	["a folded field (RFC 9112 section 5.2)", response({ "X-Folded": "one\r\n two" })],
	[
		"folded values (RFC 9112 section 5.2)",
		response({ Upgrade: "\r\n websocket", Connection: "a,\r\n\tUpgrade" }),
	],
	["a 100 before it (RFC 9110 section 15.2)", (...all) => `${interim("100 Continue")}${response()(...all)}`],
	[
		"a 103 with fields before it",
		(...all) => `${interim("103 Early Hints", "Link: </a>")}${response()(...all)}`,
	],
	["many interim responses before it", (...all) => `${interim("102 X").repeat(50)}${response()(...all)}`],
	["none of the subprotocols offered", response(), { protocols: ["chat"] }],
	[
		"4096 bytes",
		(accept, request) =>
			response({ X: "x".repeat(4096 - response({ X: "" })(accept, request).length) })(accept, request),
	],
];

const statuses = [200, 201, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 407, 426, 429, 500, 503];

const bad: [section: string, what: string, respond: Respond, options?: object][] = [
	...statuses.map((status): (typeof bad)[number] => [
		"4.1",
		`status ${status}`,
		response({ Location: "ws://127.0.0.1:1/" }, `HTTP/1.1 ${status} X`),
	]),
	["4.1", "HTTP/1.0", response({}, "HTTP/1.0 101 X")],
	["4.1", "HTTP/2.0", response({}, "HTTP/2.0 101 X")],
	["4.1", "no version of HTTP", response({}, "101 X")],
	["4.1", "a status of four digits", response({}, "HTTP/1.1 1010 X")],
	["4.1", "no Upgrade", response({ Upgrade: undefined })],
	["4.1", "an empty Upgrade", response({ Upgrade: "" })],
	["4.1", "another Upgrade", response({ Upgrade: "h2c" })],
	["4.1", "Upgrade: websockets", response({ Upgrade: "websockets" })],
	["4.1", "no Connection", response({ Connection: undefined })],
	["4.1", "another Connection", response({ Connection: "keep-alive" })],
	["4.1", "no Sec-WebSocket-Accept", response({ "Sec-WebSocket-Accept": undefined })],
	["4.1", "an empty Sec-WebSocket-Accept", response({ "Sec-WebSocket-Accept": "" })],
	[
		"4.1",
		"the accept value of another key",
		response({ "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" }),
	],
	[
		"4.1",
		"the key itself as accept value",
		(accept, request) =>
			response({ "Sec-WebSocket-Accept": /Sec-WebSocket-Key: (.*)\r/.exec(request)?.[1] })(accept, request),
	],
	[
		"4.1",
		"an accept value in other case",
		response((accept) => ({ "Sec-WebSocket-Accept": accept.toLowerCase() })),
	],
	[
		"4.1",
		"an accept value with more behind it",
		response((accept) => ({ "Sec-WebSocket-Accept": `${accept}=` })),
	],
	[
		"4.1",
		"an accept value twice",
		response((accept) => ({ "Sec-WebSocket-Accept": `${accept}\r\nSec-WebSocket-Accept: ${accept}` })),
	],
	["4.1", "a subprotocol where none was offered", response({ "Sec-WebSocket-Protocol": "chat" })],
	[
		"4.1",
		"a subprotocol that was not offered",
		response({ "Sec-WebSocket-Protocol": "superchat" }),
		{ protocols: ["chat"] },
	],
	[
		"4.1",
		"a subprotocol in other case",
		response({ "Sec-WebSocket-Protocol": "Chat" }),
		{ protocols: ["chat"] },
	],
	[
		"4.1",
		"two subprotocols",
		response({ "Sec-WebSocket-Protocol": "chat, superchat" }),
		{ protocols: ["chat", "superchat"] },
	],
	[
		"4.1",
		"a subprotocol twice",
		response({ "Sec-WebSocket-Protocol": "chat\r\nSec-WebSocket-Protocol: chat" }),
		{ protocols: ["chat"] },
	],
	[
		"9.1",
		"an extension that was not offered",
		response({ "Sec-WebSocket-Extensions": "permessage-deflate" }),
	],
	["4.1", "a blank before the first field", (...all) => response()(...all).replace("\r\nUp", "\r\n Up")],
	["4.1", "Upgrade twice", response({ Upgrade: "websocket\r\nUpgrade: websocket" })],
	["4.1", "403 after a 100", (...all) => `${interim("100 X")}${response({}, "HTTP/1.1 403 X")(...all)}`],
	[
		"4.1",
		"the fields of the handshake only in a 103",
		(...all) => response({}, "HTTP/1.1 103 X")(...all).concat("HTTP/1.1 101 X\r\n\r\n"),
	],
	["4.1", "interim responses without end", () => interim("100 Continue").repeat(1000)],
	["4.1", "a TLS alert instead of a head", () => "\x15\x03\x01\x00\x02\x02\x16"],
	["4.1", "a blank before a colon", (...all) => response()(...all).replace("Upgrade:", "Upgrade :")],
	[
		"4.1",
		"a line without a colon",
		(...all) => response()(...all).replace("Upgrade:", "no colon\r\nUpgrade:"),
	],
	[
		"4.1",
		"a line feed without a carriage return",
		(...all) => response()(...all).replace("\r\nUpgrade", "\nUpgrade"),
	],
	["4.1", "a NUL", response({ "X-Nul": "a\0b" })],
	[
		"4.1",
		"4097 bytes",
		(accept, request) =>
			response({ X: "x".repeat(4097 - response({ X: "" })(accept, request).length) })(accept, request),
	],
	["4.1", "a field of 50000 bytes", response({ "X-Long": "x".repeat(50000) })],
	["4.1", "no end to its first line", () => "H".repeat(50000)],
	["4.1", "nonsense", () => "220 mail.example ESMTP\r\n\r\n"],
	["4.1", "frames instead of a head", () => `${bare(opcodes.text, "hello")}\r\n\r\n`],
];

export const clientOpening: ResponseCase[] = [
	...requests,
	...good.map(
		([what, respond, options]): ResponseCase => ({
			section: "4.1",
			title: `a response with ${what} opens the connection`,
			...(options && { options }),
			response: respond,
			opens: true,
		}),
	),
	...bad.map(
		([section, what, respond, options]): ResponseCase => ({
			section,
			title: `a response with ${what} fails the connection`,
			...(options && { options }),
			response: respond,
			opens: false,
		}),
	),
	{
		section: "4.1",
		title: "frames that follow the response in the same bytes are the first frames",
		response: (...all) => `${response()(...all)}${bare(opcodes.ping, "early")}${bare(opcodes.text, "bird")}`,
		opens: true,
		moves: [answers(aPong("early"), aText("bird")), sends(text("later")), answers(aText("later"))],
		messages: ["bird", "later"],
	},
];
