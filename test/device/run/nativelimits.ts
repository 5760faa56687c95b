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
const closes = "of several close frames at once the last is answered";
const afterClose =
	"invalid bytes together with a close frame, behind it, end the connection without an answer";
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
		// In these cases, one with a payload has an invalid close code.
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
	[closes]: ["5.5.1 another close after the peer's close"],
	[afterClose]: ["5.5.1 what is no frame at all after the peer's close"],
};

/** Cases of conformance: what they begin with. */
export const nativeCases: readonly Limit[] = Object.entries(casesByReason).flatMap(([reason, cases]) =>
	cases.map((test) => ({ test, reason })),
);

/** Tests. */
export const nativeTests: readonly Limit[] = [
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
