/** Sections 5.6 and 8.1: text is UTF-8, and what is not fails the connection at once. */
import { firstBadOctet, invalidTexts, isUtf8, validTexts } from "../../support/utf8.js";
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

function octetByOctet(octets: Buffer): Part[] {
	return Array.from(octets, (_, index) => {
		const payload = octets.subarray(index, index + 1);
		const options = { fin: index === octets.length - 1 };
		return index === 0 ? text(payload, options) : continuation(payload, options);
	});
}

const valid: FrameCase[] = validTexts.flatMap(({ name, octets }): FrameCase[] => {
	const content = octets.toString();
	const cuts = Array.from({ length: octets.length + 1 }, (_, index) => index);
	return [
		{
			section: "5.6",
			title: `${name} is text`,
			moves: [sends(text(octets)), answers(aText(content))],
			messages: [content],
			ending: open,
		},
		{
			section: "5.6",
			title: `${name} is text in two fragments cut at every octet, and in fragments of one`,
			moves: [
				sends(
					...cuts.flatMap((at) => [
						text(octets.subarray(0, at), { fin: false }),
						continuation(octets.subarray(at)),
					]),
					...octetByOctet(octets),
				),
				answers(...cuts.map(() => aText(content)), aText(content)),
			],
			messages: [...cuts.map(() => content), content],
			ending: open,
		},
	];
});

const invalid: FrameCase[] = invalidTexts.flatMap(({ name, octets }): FrameCase[] => {
	const bad = firstBadOctet(octets);
	const cases: FrameCase[] = [
		{
			section: "8.1",
			title: `${name}: refused in one frame, after a good message`,
			moves: [sends(text("good"), text(octets), text("after")), answers(aText("good"))],
			messages: ["good"],
			ending: fails(1007),
		},
		{
			section: "8.1",
			title: `${name}: refused in fragments of one octet`,
			moves: [sends(...octetByOctet(octets))],
			messages: [],
			ending: fails(1007),
		},
	];
	if (bad < octets.length)
		cases.push(
			{
				section: "8.1",
				title: `${name}: refused at its octet ${bad}, before the frame ends`,
				moves: [sends(text(octets.subarray(0, bad + 1), { length: bad + 101 }))],
				messages: [],
				ending: fails(1007),
			},
			{
				section: "8.1",
				title: `${name}: refused in a fragment, before the message ends`,
				moves: [
					sends(
						text(octets.subarray(0, bad), { fin: false }),
						continuation(octets.subarray(bad, bad + 1), { fin: false }),
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
		octets: true,
		moves: [
			sends(...invalidTexts.map(({ octets }) => binary(octets))),
			answers(...invalidTexts.map(({ octets }) => aBinary(octets))),
		],
		messages: invalidTexts.map(({ octets }) => octets),
		ending: open,
	},
	{
		section: "5.6",
		title: "a binary message in fragments is no text either",
		octets: true,
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
		title: "text is strict for a receiver of octets too",
		octets: true,
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

/** Texts that only their end makes bad, in a message that could still go on. */
const unfinished: FrameCase[] = invalidTexts
	.filter(({ octets }) => firstBadOctet(octets) === octets.length && !isUtf8(octets))
	.map(({ name, octets }) => ({
		section: "8.1",
		title: `${name}: no fault as long as the message goes on, refused when it ends`,
		moves: [
			sends(text(octets, { fin: false }), (mask) => Buffer.from(mask ? "898001020304" : "8900", "hex")),
			answers({ kind: "pong", octets: Buffer.alloc(0) }),
			sends(continuation()),
		],
		messages: [],
		ending: fails(1007),
	}));

export const textCases: FrameCase[] = [...valid, ...invalid, ...others, ...unfinished];
