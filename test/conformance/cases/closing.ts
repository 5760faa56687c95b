/** Sections 5.5.1 and 7: the closing handshake, and connections that end without it. */
import { closePayload, opcodes } from "../../support/frames.js";
import { invalidTexts, validTexts } from "../../support/utf8.js";
import {
	aClose,
	answers,
	anyFrame,
	aText,
	close,
	closes,
	continuation,
	device,
	type FrameCase,
	fails,
	open,
	type Part,
	ping,
	sends,
	text,
} from "../case.js";

const section = "5.5.1";

const validCodes = [
	1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const invalidCodes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535];

const codes: FrameCase[] = [
	...validCodes.map(
		(code): FrameCase => ({
			section: "7.4",
			title: `a close with ${code} is answered with ${code}, and reported`,
			moves: [sends(close(code, "a reason")), answers(aClose(code))],
			messages: [],
			ending: closes(code, "a reason"),
		}),
	),
	...invalidCodes.map(
		(code): FrameCase => ({
			section: "7.4",
			title: `a close with ${code}, that may not be sent, is refused`,
			moves: [sends(close(code))],
			messages: [],
			ending: fails(1002),
		}),
	),
	{
		section,
		title: "a close without a code is answered without one, and reported as 1005",
		moves: [sends(close()), answers(aClose())],
		messages: [],
		ending: closes(1005),
	},
	{
		section,
		title: "a close with half a code is refused",
		moves: [sends(close(Buffer.of(3)))],
		messages: [],
		ending: fails(1002),
	},
];

const reasons: FrameCase[] = [
	...["", "x", "x".repeat(123), "grüße 日本 🙂"].map(
		(reason): FrameCase => ({
			section,
			title: `a reason of ${Buffer.byteLength(reason)} bytes is reported`,
			moves: [sends(close(1000, reason)), answers(aClose(1000))],
			messages: [],
			ending: closes(1000, reason),
		}),
	),
	...validTexts.slice(0, 12).map(
		({ name, bytes }): FrameCase => ({
			section,
			title: `a reason may have ${name}`,
			moves: [sends(close(Buffer.concat([closePayload(3000), bytes]))), answers(aClose(3000))],
			messages: [],
			ending: closes(3000, bytes.toString()),
		}),
	),
	...invalidTexts
		.filter(({ bytes }) => bytes.length < 100)
		.map(
			({ name, bytes }): FrameCase => ({
				section,
				title: `a reason with ${name} is refused`,
				moves: [sends(close(Buffer.concat([closePayload(1000), bytes])))],
				messages: [],
				ending: fails(1007),
			}),
		),
	{
		section,
		title: "a reason of 124 bytes makes the frame too long",
		moves: [sends(close(1000, "x".repeat(124)))],
		messages: [],
		ending: fails(1002),
	},
];

/** Bytes that a peer sends after its close frame. */
const afterwards: [what: string, parts: Part[]][] = [
	["text", [text("too late")]],
	["a ping", [ping("too late")]],
	["another close", [close(4001, "again")]],
	["the rest of a message", [continuation("too late")]],
	["what is no frame at all", [() => Buffer.alloc(50, 0xff)]],
	["half a frame", [() => Buffer.of(0x81)]],
];

const after: FrameCase[] = [
	...afterwards.map(
		([what, parts]): FrameCase => ({
			section,
			title: `${what} after the peer's close is ignored`,
			moves: [sends(text("before"), close(1000, "bye"), ...parts), answers(aText("before"), aClose(1000))],
			messages: ["before"],
			ending: closes(1000, "bye"),
		}),
	),
	...afterwards.map(
		([what, parts]): FrameCase => ({
			section: "7.1.7",
			title: `${what} after a violation is ignored`,
			moves: [sends(anyFrame(opcodes.text + 2), ...parts)],
			messages: [],
			ending: fails(1002),
		}),
	),
];

const byDevice: FrameCase[] = [
	{
		section: "7.1.2",
		title: "the device closes with 1000 and no reason, and reports the answer",
		moves: [
			device((connection) => [connection.step("close")]),
			answers(aClose(1000, "")),
			sends(close(1000)),
		],
		messages: [],
		ending: closes(1000),
	},
	...[1000, 1001, 1003, 1008, 1011, 3000, 4999].map(
		(code): FrameCase => ({
			section: "7.4",
			title: `the device closes with ${code} and a reason`,
			moves: [
				device((connection) => [connection.step("close", code, "because ü")]),
				answers(aClose(code, "because ü")),
				sends(close(code)),
			],
			messages: [],
			ending: closes(code),
		}),
	),
	{
		section: "7.1.5",
		title: "an answer with another code is what is reported",
		moves: [
			device((connection) => [connection.step("close", 4000)]),
			answers(aClose(4000)),
			sends(close(4001, "mine")),
		],
		messages: [],
		ending: closes(4001, "mine"),
	},
	{
		section: "7.1.5",
		title: "an answer without a code is reported as 1005",
		moves: [device((connection) => [connection.step("close", 4000)]), answers(aClose(4000)), sends(close())],
		messages: [],
		ending: closes(1005),
	},
	{
		section,
		title: "messages that come before the answer are taken, and not reported any more",
		moves: [
			device((connection) => [connection.step("close", 4000)]),
			answers(aClose(4000)),
			sends(text("crossing"), text("cross", { fin: false }), continuation("ing"), close(4000)),
		],
		messages: [],
		ending: closes(4000),
	},
	{
		section,
		title: "what was sent before close() goes out before the close frame",
		moves: [
			// When it has arrived, the device knows how wide its window is.
			device((connection) => [connection.step("send", "first word")]),
			answers(aText("first word")),
			device((connection) => [connection.step("send", "last word"), connection.step("close", 4000)]),
			answers(aText("last word"), aClose(4000)),
			sends(close(4000)),
		],
		messages: [],
		ending: closes(4000),
	},
	{
		section: "7.1.2",
		title: "close frames that cross are one close: neither is answered",
		moves: [
			{ do: "pause" },
			device((connection) => [connection.step("close", 4000, "device")]),
			sends(close(4001, "peer")),
			{ do: "resume" },
			answers(aClose(4000, "device")),
		],
		messages: [],
		ending: closes(4001, "peer"),
	},
	{
		section: "7.1.7",
		title: "a violation instead of the answer ends the connection",
		moves: [
			device((connection) => [connection.step("close", 4000)]),
			answers(aClose(4000)),
			sends(anyFrame(opcodes.text + 2)),
		],
		messages: [],
		ending: { kind: "failed", code: 1002, alone: false, closeSent: true },
	},
];

const ends: FrameCase[] = [
	{
		section: "7.1.1",
		title: "after both close frames the device ends the TCP connection, even if the peer does not",
		options: { closeTimeout: 300 },
		moves: [sends(close(1000, "bye")), answers(aClose(1000))],
		messages: [],
		ending: { kind: "closed", code: 1000, reason: "bye", alone: true },
	},
	{
		section: "7.1.1",
		title: "after a violation the device ends the TCP connection, even if the peer does not",
		moves: [sends(anyFrame(opcodes.text + 2))],
		messages: [],
		ending: fails(1002, true),
	},
	{
		section: "7.1.1",
		title: "a close that is never answered ends the TCP connection after closeTimeout",
		options: { closeTimeout: 200 },
		moves: [device((connection) => [connection.step("close", 4000)]), answers(aClose(4000))],
		messages: [],
		ending: { kind: "given up" },
	},
	{
		section: "7.1.5",
		title: "an end without a close frame is reported as 1006",
		moves: [sends(text("before")), answers(aText("before"))],
		messages: ["before"],
		ending: { kind: "lost" },
	},
	{
		section: "7.1.5",
		title: "an end inside a message is reported as 1006, and the message not at all",
		moves: [sends(text("be", { fin: false })), sends(() => Buffer.of(0x80))],
		messages: [],
		ending: { kind: "lost" },
	},
	{
		section: "5.5.1",
		title: "a connection that nobody closes stays open",
		moves: [sends(text("one")), answers(aText("one")), sends(text("two")), answers(aText("two"))],
		messages: ["one", "two"],
		ending: open,
	},
];

export const closing: FrameCase[] = [...codes, ...reasons, ...after, ...byDevice, ...ends];
