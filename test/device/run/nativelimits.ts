/**
 * What the SDK's own WebSocketClient cannot do, by name and with the reason, beside what the simulator cannot do. SDK
 * 8.2.3, examples/io/tcp/websocketclient; each reason was seen with that class alone, without this project.
 */

import type { Limit } from "./limit.js";

const reserved = "reserved bits and opcodes end the connection without a close frame";
const masking = "frames are taken masked or not, whichever the role";
const lengths = "a length may be written with more bytes than it needs";
const longLengths = "lengths are taken modulo 2^32";
const sizes = "a message is measured as its bytes come, not by the header of its frame";
const fragments = "fragments are taken in any order, a message inside another one as well";
const control = "control frames are taken in fragments";
const longControl = "a control frame is known to be too long once it has come";
const answerAccept = "the server's Sec-WebSocket-Accept is not compared with the key";
const answerNegotiated = "the subprotocol and the extensions that the server chose are not looked at";
const answerForm = "of the server's answer only the status code is checked, and three fields";
const answerStatus = "the status of an answer that refuses is not told";
const answerLength = "the server's answer may be of any length until connectTimeout ends the attempt";
const answerInterim = "an interim response before the answer fails the attempt";
const answerFolds = "folded fields of the server's answer are not unfolded";
const answerList = 'an answer with "Connection: keep-alive, Upgrade" is refused';
const afterClose = "what comes together with a close frame, behind it, can take the place of the answer";
const ends = "a client ends the TCP connection itself once its close frame is answered";
const emptyFrames = "a masked frame without payload that comes in two pieces ends the connection";

const binaryOrText = (beginning: string): string[] => [`5.2 binary: ${beginning}`, `5.2 text: ${beginning}`];

/** Cases of conformance, "5.2 title" or "client 5.2 title" where one role differs, by reason. */
const casesByReason: Readonly<Record<string, readonly string[]>> = {
	[reserved]: [
		"5.2 reserved bits",
		"5.2 the opcode",
		"7.1.1 after a violation the device ends the TCP connection",
		...[
			"text",
			"a ping",
			"another close",
			"the rest of a message",
			"what is no frame at all",
			"half a frame",
		].map((what) => `7.1.7 ${what} after a violation is ignored`),
	],
	[masking]: [
		...["text", "binary", "a ping", "a pong"].flatMap((frame) => [`${frame} with a`, `${frame} without a`]),
		// The payload of one that has any is no close code any more.
		"a close without a",
	].flatMap((frame) => [
		`client 5.1 ${frame} payload that is masked`,
		`server 5.1 ${frame} payload that is not masked`,
	]),
	[lengths]: binaryOrText("the length"),
	[longLengths]: ["5.2 a 64-bit length with its highest bit set"],
	[sizes]: [
		"10.4 a frame that announces",
		"10.4 a message of one byte more than the limit",
		"server 10.4 fragments of more than the limit together",
	],
	[fragments]: [
		"5.4 a continuation",
		"5.4 an empty continuation of nothing",
		"5.4 text inside a fragmented message",
		"5.4 text inside a message",
		"5.4 binary inside a fragmented message",
		"5.4 the beginning of another message",
	],
	[control]: ["5.4 a fragmented"],
	[longControl]: ["ping", "pong", "close"].flatMap((frame) =>
		[126, 127, 65536].map((length) => `5.5 a ${frame} of ${length} bytes`),
	),
	[answerAccept]: [
		"4.1 a response with an empty Sec-WebSocket-Accept",
		"4.1 a response with the accept value of another key",
		"4.1 a response with the key itself",
		"4.1 a response with an accept value",
	],
	[answerNegotiated]: [
		"4.1 a response with a subprotocol",
		"4.1 a response with two subprotocols",
		"9.1 a response with an extension",
	],
	[answerForm]: [
		"4.1 a response with HTTP/1.0",
		"4.1 a response with HTTP/2.0",
		"4.1 a response with a blank before the first field",
		"4.1 a response with Upgrade twice",
		"4.1 a response with a TLS alert",
		"4.1 a response with a blank before a colon",
		"4.1 a response with a line without a colon",
		"4.1 a response with a line feed",
		"4.1 a response with a NUL",
	],
	[answerLength]: [
		"4.1 a response with 4097 bytes",
		"4.1 a response with a field of 50000 bytes",
		"4.1 a response with no end to its first line",
	],
	[answerInterim]: [
		"4.1 a response with a 100 before it",
		"4.1 a response with a 103",
		"4.1 a response with many interim responses",
	],
	[answerFolds]: ["4.1 a response with folded values"],
	[answerList]: ["4.1 a response with Connection as a list"],
	[afterClose]: ["5.5.1 what is no frame at all after the peer's close"],
};

/** Cases of conformance: what they begin with. */
export const nativeCases: readonly Limit[] = Object.entries(casesByReason).flatMap(([reason, cases]) =>
	cases.map((test) => ({ test, reason })),
);

/** Tests. */
export const nativeTests: readonly Limit[] = [
	{ test: "protocols are offered, and none are by default", reason: answerNegotiated },
	{ test: "a subprotocol that was not offered fails the attempt", reason: answerNegotiated },
	{ test: "an answer with an extension that was not offered fails the attempt", reason: answerNegotiated },
	{ test: "an answer with a wrong accept key fails the attempt", reason: answerAccept },
	{
		test: "a request that is refused fails the attempt, and the reason has the status",
		reason: answerStatus,
	},
	{ test: "an answer with odd header case and a list of Connection tokens is accepted", reason: answerList },
	{ test: "interim responses are skipped, and folded fields unfolded", reason: answerInterim },
	{ test: "interim responses without end fail the attempt", reason: answerStatus },
	{ test: "a server that speaks TLS is named as such", reason: answerForm },
	{ test: "a client hears from a full server what its limit is", reason: answerStatus },
	{ test: "maxHeadSize of a Client lets a longer response through", reason: answerLength },
	{ test: "bytes after the peer's close frame are ignored", reason: afterClose },
	{ test: "a frame that announces 2^40 bytes costs no memory", reason: longLengths },
	{ test: "a hundred thousand empty fragments cost no memory, and the message arrives", reason: emptyFrames },
	{ test: "a Client leaves the end of the TCP connection to the server", reason: ends },
	{ test: "close is emitted when the peer's close frame was answered", reason: ends },
	{ test: "after a violation the peer's close frame ends the connection", reason: reserved },
	{ test: "a close frame that is itself a violation ends the connection", reason: masking },
	{ test: "after a violation of the server its close frame ends a Client's connection", reason: reserved },
	...["Client", "Socket"].flatMap((role) => [
		{ test: `${role}: a FIN when it has failed the connection`, reason: reserved },
		{ test: `${role}: a RST when it has failed the connection`, reason: reserved },
		{ test: `${role}: bytes without end after a violation are dropped`, reason: reserved },
		{ test: `${role}: the limit is enforced from the frame's header alone`, reason: sizes },
		{ test: `${role}: a reserved bit closes with 1002`, reason: reserved },
		{ test: `${role}: a reserved opcode closes with 1002`, reason: reserved },
		{ test: `${role}: a reserved control opcode closes with 1002`, reason: reserved },
		{ test: `${role}: a fragmented ping closes with 1002`, reason: control },
		{ test: `${role}: a continuation of nothing closes with 1002`, reason: fragments },
		{ test: `${role}: a new message inside a fragmented one closes with 1002`, reason: fragments },
		{ test: `${role}: wrong masking for its role closes with 1002`, reason: masking },
		{ test: `${role}: data after a violation is not emitted`, reason: reserved },
	]),
];
