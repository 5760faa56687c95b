/**
 * Known limits of the SDK's own WebSocketClient, by test and with the reason; those of the simulator apply as well. SDK
 * 8.2.3, examples/io/tcp/websocketclient. Each was reproduced with that class alone, without this project.
 */

import type { Limit } from "./limit.js";

const reserved = "reserved bits and opcodes end the connection without a close frame";
const masking = "masked and unmasked frames are accepted in both roles";
const lengths = "non-minimal length encodings are accepted";
const longLengths = "lengths are taken modulo 2^32";
const sizes = "the size limit is checked as bytes arrive, not against the header of the frame";
const fragments = "fragments are accepted in any order, even a message inside another one";
const control = "fragmented control frames are accepted";
const longControl = "a control frame that is too long is rejected only after it has arrived";
const closes = "if several close frames arrive together, the last one is answered";
const afterClose = "invalid bytes right after a close frame end the connection without an answer";
const ends = "a client ends the TCP connection itself when its close frame is answered";
const emptyFrames = "an empty masked frame that arrives in two pieces ends the connection";

const pausing = "it cannot stop reading, so receiveChunks() throws";

const binaryOrText = (beginning: string): string[] => [`5.2 binary: ${beginning}`, `5.2 text: ${beginning}`];

/** Conformance cases by reason: "5.2 title", or "client 5.2 title" for a limit of one role. */
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
		// A close frame with a payload fails as required, because its close code is invalid.
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

/** Limits for conformance cases, as prefixes of their titles. */
export const nativeCases: readonly Limit[] = Object.entries(casesByReason).flatMap(([reason, cases]) =>
	cases.map((test) => ({ test, reason })),
);

/** Limits for the other tests. */
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
		...[
			"1 MB arrives in chunks, the listener fast; text and short messages between",
			"1 MB arrives in chunks, the listener later; text and short messages between",
			"a listener that waits holds the peer back, in 4 KB of memory, and pings wait with it",
			"what waited behind a listener arrives when its promise is resolved",
			"a listener that throws closes with 1011, and the exception is traced",
			"a listener that rejects closes with 1011, and the exception is traced",
			"close() while the listener waits completes the closing handshake",
			"the peer's close waits behind the listener, and a message that is cut off is none",
			"the silence of a listener that waits is not the peer's",
			"a message that has started is emitted; without a listener messages are emitted again",
		].map((title) => ({ test: `${role}: ${title}`, reason: pausing })),
	]),
];
