/** Sections 5.6 and 8.1: text is UTF-8; invalid text fails the connection at once. */
import { firstBadByte, invalidTexts, isUtf8, validTexts } from "../../support/utf8.js";
import {
	aBinary,
	answers,
	aPong,
	aText,
	binary,
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

function byteByByte(bytes: Buffer): Part[] {
	return Array.from(bytes, (_, index) => {
		const payload = bytes.subarray(index, index + 1);
		const options = { fin: index === bytes.length - 1 };
		return index === 0 ? text(payload, options) : continuation(payload, options);
	});
}

const valid: FrameCase[] = validTexts.flatMap(({ name, bytes }): FrameCase[] => {
	const content = bytes.toString();
	const cuts = Array.from({ length: bytes.length + 1 }, (_, index) => index);
	return [
		{
			section: "5.6",
			title: `${name} is text`,
			moves: [sends(text(bytes)), answers(aText(content))],
			messages: [content],
			ending: open,
		},
		{
			section: "5.6",
			title: `${name} is text in two fragments cut at every byte, and in fragments of one`,
			moves: [
				sends(
					...cuts.flatMap((at) => [
						text(bytes.subarray(0, at), { fin: false }),
						continuation(bytes.subarray(at)),
					]),
					...byteByByte(bytes),
				),
				answers(...cuts.map(() => aText(content)), aText(content)),
			],
			messages: [...cuts.map(() => content), content],
			ending: open,
		},
	];
});

const invalid: FrameCase[] = invalidTexts.flatMap(({ name, bytes }): FrameCase[] => {
	const bad = firstBadByte(bytes);
	const cases: FrameCase[] = [
		{
			section: "8.1",
			title: `${name}: refused in one frame, after a good message`,
			moves: [sends(text("good"), text(bytes), text("after")), answers(aText("good"))],
			messages: ["good"],
			ending: fails(1007),
		},
		{
			section: "8.1",
			title: `${name}: refused in fragments of one byte`,
			moves: [sends(...byteByByte(bytes))],
			messages: [],
			ending: fails(1007),
		},
	];
	if (bad < bytes.length)
		cases.push(
			{
				section: "8.1",
				title: `${name}: refused at its byte ${bad}, before the frame ends`,
				moves: [sends(text(bytes.subarray(0, bad + 1), { length: bad + 101 }))],
				messages: [],
				ending: fails(1007),
			},
			{
				section: "8.1",
				title: `${name}: refused in a fragment, before the message ends`,
				moves: [
					sends(
						text(bytes.subarray(0, bad), { fin: false }),
						continuation(bytes.subarray(bad, bad + 1), { fin: false }),
					),
				],
				messages: [],
				ending: fails(1007),
			},
		);
	return cases;
});

const others: FrameCase[] = [
	{
		section: "5.6",
		title: "what is not UTF-8 is no fault in a binary message",
		bytes: true,
		moves: [
			sends(...invalidTexts.map(({ bytes }) => binary(bytes))),
			answers(...invalidTexts.map(({ bytes }) => aBinary(bytes))),
		],
		messages: invalidTexts.map(({ bytes }) => bytes),
		ending: open,
	},
	{
		section: "5.6",
		title: "a binary message in fragments is no text either",
		bytes: true,
		moves: [
			sends(binary(Buffer.of(0xff), { fin: false }), continuation(Buffer.of(0xfe))),
			answers(aBinary(Buffer.of(0xff, 0xfe))),
		],
		messages: [Buffer.of(0xff, 0xfe)],
		ending: open,
	},
	{
		section: "5.6",
		title: "a receiver of text gets replacement characters for what is not UTF-8 in a binary message",
		echo: false,
		moves: [
			sends(
				binary(Buffer.from("61ed00806218", "hex")),
				binary(Buffer.from("f4418080", "hex")),
				binary(Buffer.from("61ff62", "hex")),
				text("and goes on"),
				ping(),
			),
			answers(aPong("")),
		],
		messages: ["a\ufffd\0\ufffdb\u0018", "\ufffdA\ufffd\ufffd", "a\ufffdb", "and goes on"],
		ending: open,
	},
	{
		section: "5.6",
		title: "text is strict for a receiver of bytes too",
		bytes: true,
		moves: [sends(text(Buffer.of(0x61, 0xff)))],
		messages: [],
		ending: fails(1007),
	},
	{
		section: "5.6",
		title: "a lone surrogate is sent as U+FFFD, never as what is not UTF-8",
		moves: [
			device((connection) => [connection.step("send", "a\ud800b"), connection.step("send", "\udc00")]),
			answers(aText("a\ufffdb"), aText("\ufffd")),
		],
		messages: [],
		ending: open,
	},
];

/** Texts that become invalid at their end, in a message that is not finished. */
const unfinished: FrameCase[] = invalidTexts
	.filter(({ bytes }) => firstBadByte(bytes) === bytes.length && !isUtf8(bytes))
	.map(({ name, bytes }) => ({
		section: "8.1",
		title: `${name}: no fault as long as the message goes on, refused when it ends`,
		moves: [
			sends(text(bytes, { fin: false }), (mask) => Buffer.from(mask ? "898001020304" : "8900", "hex")),
			answers({ kind: "pong", bytes: Buffer.alloc(0) }),
			sends(continuation()),
		],
		messages: [],
		ending: fails(1007),
	}));

export const textCases: FrameCase[] = [...valid, ...invalid, ...others, ...unfinished];
