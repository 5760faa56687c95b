/** Section 5.4: messages in fragments. */
import { onDevice } from "../../device/driver/wire.js";
import { opcodes } from "../../support/frames.js";
import {
	aBinary,
	aClose,
	answers,
	answersInAnyOrder,
	anyFrame,
	aPong,
	aText,
	binary,
	close,
	closes,
	continuation,
	device,
	type FrameCase,
	fails,
	open,
	type Part,
	ping,
	pong,
	sends,
	text,
} from "../case.js";

const section = "5.4";

/** Returns a text message in fragments. */
function inFragments(...payloads: string[]): Part[] {
	const last = payloads.length - 1;
	return payloads.map((payload, index) =>
		index === 0 ? text(payload, { fin: index === last }) : continuation(payload, { fin: index === last }),
	);
}

const whole: FrameCase[] = (
	[
		["two fragments", ["Hel", "lo"]],
		["three fragments", ["H", "el", "lo"]],
		["single bytes", [..."fragmentation"]],
		["an empty first fragment", ["", "Hello"]],
		["an empty last fragment", ["Hello", ""]],
		["empty fragments between", ["Hel", "", "", "lo"]],
		["nothing but empty fragments", ["", "", ""]],
		["a hundred fragments", Array.from({ length: 100 }, (_, index) => String(index))],
		["fragments of 125, 126 and 127 bytes", ["a".repeat(125), "b".repeat(126), "c".repeat(127)]],
	] as [string, string[]][]
).map(([what, payloads]) => ({
	section,
	title: `a message in ${what} is one message`,
	moves: [sends(...inFragments(...payloads), text("next")), answers(aText(payloads.join("")), aText("next"))],
	messages: [payloads.join(""), "next"],
	ending: open,
}));

const between: FrameCase[] = [
	{
		section,
		title: "a binary message in fragments stays binary",
		bytes: true,
		moves: [
			sends(binary("one", { fin: false }), continuation("two", { fin: false }), continuation("three")),
			answers(aBinary(Buffer.from("onetwothree"))),
		],
		messages: [Buffer.from("onetwothree")],
		ending: open,
	},
	{
		section,
		title: "a ping between fragments is answered before the message ends",
		moves: [
			sends(text("Hel", { fin: false }), ping("between")),
			answers(aPong("between")),
			sends(continuation("lo")),
			answers(aText("Hello")),
		],
		messages: ["Hello"],
		ending: open,
	},
	{
		section,
		title: "pings and pongs between all fragments leave the message whole",
		moves: [
			sends(
				text("H", { fin: false }),
				ping("1"),
				continuation("el", { fin: false }),
				pong("nobody asked"),
				ping("2"),
				continuation("", { fin: false }),
				ping("3"),
				continuation("lo"),
			),
			answers(aPong("1"), aPong("2"), aPong("3"), aText("Hello")),
		],
		messages: ["Hello"],
		ending: open,
	},
	{
		section: "5.5.1",
		title: "a close between fragments ends the connection, and the message is not reported",
		moves: [sends(text("Hel", { fin: false }), close(1000, "enough")), answers(aClose(1000))],
		messages: [],
		ending: closes(1000, "enough"),
	},
	{
		section,
		title: "a message that the device sends in fragments lets a pong through",
		options: { sendQueueSize: 8192 },
		moves: [
			device((connection) => [connection.step("send", onDevice.text("long", 1000))]),
			sends(ping("in between")),
			answersInAnyOrder(aPong("in between"), aText("long".repeat(1000))),
		],
		messages: [],
		ending: open,
	},
];

const wrong: FrameCase[] = (
	[
		["a continuation of nothing", [continuation("x")], []],
		["an empty continuation of nothing", [continuation()], []],
		["a continuation of nothing that is to be continued", [continuation("x", { fin: false })], []],
		["a continuation after a whole message", [text("whole"), continuation("x")], ["whole"]],
		["a continuation after the last fragment", [...inFragments("who", "le"), continuation("x")], ["whole"]],
		["text inside a fragmented message", [text("a", { fin: false }), text("b")], []],
		["binary inside a fragmented message", [text("a", { fin: false }), binary("b")], []],
		[
			"the beginning of another message inside a message",
			[text("a", { fin: false }), text("b", { fin: false })],
			[],
		],
		["text inside a message after a ping", [text("a", { fin: false }), ping("p"), text("b")], []],
		[
			"text inside a message of empty fragments",
			[text("", { fin: false }), continuation("", { fin: false }), text("")],
			[],
		],
		["a fragmented ping", [anyFrame(opcodes.ping, "a", { fin: false }), continuation("b")], []],
		["a fragmented pong", [anyFrame(opcodes.pong, "a", { fin: false }), continuation("b")], []],
		["a fragmented close", [anyFrame(opcodes.close, "", { fin: false })], []],
		[
			"a fragmented ping inside a message",
			[text("a", { fin: false }), anyFrame(opcodes.ping, "", { fin: false })],
			[],
		],
	] as [string, Part[], string[]][]
).map(([what, parts, messages]) => ({
	section,
	title: `${what} is refused`,
	moves: [sends(...parts), answers(...(what.includes("after a ping") ? [aPong("p")] : messages.map(aText)))],
	messages,
	ending: fails(1002),
}));

export const fragmentation: FrameCase[] = [...whole, ...between, ...wrong];
