/** Section 5.2: the fields of a frame. Section 10.4: limits. */
import { onDevice } from "../../device/driver/wire.js";
import { opcodes } from "../../support/frames.js";
import {
	aBinary,
	answers,
	anyFrame,
	aPong,
	aText,
	binary,
	continuation,
	cut,
	device,
	type FrameCase,
	fails,
	header,
	open,
	ping,
	sends,
	text,
} from "../case.js";

const section = "5.2";

/** Returns bytes that count up: 0, 1, ... 255, 0, ... */
export function counting(length: number): Buffer {
	return Buffer.from(Uint8Array.from({ length }, (_, index) => index));
}

const shortLengths = [0, 1, 2, 124, 125, 126, 127, 128, 1000].flatMap((length): FrameCase[] => [
	{
		section,
		title: `a text message of ${length} bytes is received, and one is sent`,
		moves: [sends(text("x".repeat(length))), answers(aText("x".repeat(length)))],
		messages: ["x".repeat(length)],
		ending: open,
	},
	{
		section,
		title: `a binary message of ${length} bytes is received, and one is sent`,
		bytes: true,
		moves: [sends(binary(counting(length))), answers(aBinary(counting(length)))],
		messages: [counting(length)],
		ending: open,
	},
]);

const longLengths: FrameCase[] = [
	...[65535, 65536].map(
		(length): FrameCase => ({
			section,
			title: `a message of ${length} bytes is received`,
			bytes: true,
			echo: false,
			options: { maxMessageSize: 70000 },
			moves: [sends(binary(counting(length)), ping("after it")), answers(aPong("after it"))],
			messages: [counting(length)],
			ending: open,
		}),
	),
	{
		section,
		title: "a message of 65536 bytes is sent",
		bytes: true,
		options: { sendQueueSize: 70000 },
		moves: [
			device((connection) => [connection.step("send", onDevice.bytes(65536))]),
			answers(aBinary(counting(65536))),
		],
		messages: [],
		ending: open,
	},
];

const notMinimal: FrameCase[] = [
	["7e 0000", 0],
	["7e 0001", 1],
	["7e 007d", 125],
	["7f 0000000000000000", 0],
	["7f 000000000000007d", 125],
	["7f 000000000000007e", 126],
	["7f 000000000000ffff", 65535],
].flatMap(([field, length]): FrameCase[] =>
	[
		["text", opcodes.text],
		["binary", opcodes.binary],
	].map(
		([name, opcode]): FrameCase => ({
			section,
			title: `${name}: the length ${length} in ${String(field).startsWith("7e") ? 16 : 64} bits, where fewer do, is refused`,
			moves: [sends(header(opcode as number, field as string))],
			messages: [],
			ending: fails(1002),
		}),
	),
);

const tooLong: FrameCase[] = [
	{
		section,
		title: "a 64-bit length with its highest bit set is refused",
		moves: [sends(header(opcodes.binary, "7f 8000000000000001"))],
		messages: [],
		ending: fails(1002),
	},
	...["0000010000000000", "0020000000000001", "7fffffffffffffff", "0000000100000000", "0000000080000000"].map(
		(length): FrameCase => ({
			section: "10.4",
			title: `a frame that announces ${BigInt(`0x${length}`)} bytes is refused at its header`,
			moves: [sends(header(opcodes.binary, `7f ${length}`))],
			messages: [],
			ending: fails(1009),
		}),
	),
	{
		section: "10.4",
		title: "a message of as many bytes as the limit is received, again and again",
		options: { maxMessageSize: 300 },
		moves: [
			sends(text("x".repeat(300)), text("y".repeat(300))),
			answers(aText("x".repeat(300)), aText("y".repeat(300))),
		],
		messages: ["x".repeat(300), "y".repeat(300)],
		ending: open,
	},
	{
		section: "10.4",
		title: "a message of one byte more than the limit is refused at its header",
		options: { maxMessageSize: 300 },
		moves: [sends(header(opcodes.text, "7e 012d"))],
		messages: [],
		ending: fails(1009),
	},
	{
		section: "10.4",
		title: "fragments of more than the limit together are refused at the header of the one too many",
		options: { maxMessageSize: 300 },
		moves: [
			sends(
				text("x".repeat(200), { fin: false }),
				continuation("x".repeat(100), { fin: false }),
				cut(continuation("x".repeat(10)), 6),
			),
		],
		messages: [],
		ending: fails(1009),
	},
];

const reservedBits: FrameCase[] = [1, 2, 3, 4, 5, 6, 7].flatMap((rsv): FrameCase[] => [
	{
		section,
		title: `reserved bits ${rsv} in text are refused, after a good message`,
		moves: [sends(text("good"), text("bad", { rsv }), text("after")), answers(aText("good"))],
		messages: ["good"],
		ending: fails(1002),
	},
	...(
		[
			["binary", opcodes.binary],
			["a ping", opcodes.ping],
			["a pong", opcodes.pong],
			["a close", opcodes.close],
		] as const
	).map(
		([name, opcode]): FrameCase => ({
			section,
			title: `reserved bits ${rsv} in ${name} are refused`,
			moves: [sends(anyFrame(opcode, "", { rsv }))],
			messages: [],
			ending: fails(1002),
		}),
	),
	{
		section,
		title: `reserved bits ${rsv} in a continuation are refused`,
		moves: [sends(text("a", { fin: false }), continuation("b", { rsv }))],
		messages: [],
		ending: fails(1002),
	},
]);

const reservedOpcodes: FrameCase[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode): FrameCase[] => [
	{
		section,
		title: `the opcode ${opcode} is refused`,
		moves: [sends(anyFrame(opcode))],
		messages: [],
		ending: fails(1002),
	},
	{
		section,
		title: `the opcode ${opcode} with a payload is refused, after a good message`,
		moves: [sends(text("good"), anyFrame(opcode, "payload"), ping()), answers(aText("good"))],
		messages: ["good"],
		ending: fails(1002),
	},
	{
		section,
		title: `the opcode ${opcode} inside a fragmented message is refused`,
		moves: [sends(text("a", { fin: false }), anyFrame(opcode), continuation("b"))],
		messages: [],
		ending: fails(1002),
	},
]);

export const framing: FrameCase[] = [
	...shortLengths,
	...longLengths,
	...notMinimal,
	...tooLong,
	...reservedBits,
	...reservedOpcodes,
];
