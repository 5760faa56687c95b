/** Sections 5.1, 5.3 and 10.3: masking, by role. */
import { frame, opcodes } from "../../support/frames.js";
import {
	aBinary,
	answers,
	anyFrame,
	aText,
	binary,
	continuation,
	device,
	type FrameCase,
	fails,
	open,
	type Part,
	sends,
	text,
} from "../case.js";
import { counting } from "./framing.js";

const kinds = [
	["text", opcodes.text],
	["binary", opcodes.binary],
	["a ping", opcodes.ping],
	["a pong", opcodes.pong],
	["a close", opcodes.close],
] as const;

const wrongWay: FrameCase[] = kinds.flatMap(([name, opcode]): FrameCase[] =>
	["", "payload"].flatMap((payload): FrameCase[] => [
		{
			section: "5.1",
			title: `${name} ${payload ? "with" : "without"} a payload that is not masked is refused by a server`,
			roles: ["server"],
			moves: [sends(anyFrame(opcode, payload, { mask: false }))],
			messages: [],
			ending: fails(1002),
		},
		{
			section: "5.1",
			title: `${name} ${payload ? "with" : "without"} a payload that is masked is refused by a client`,
			roles: ["client"],
			moves: [sends(anyFrame(opcode, payload, { mask: true }))],
			messages: [],
			ending: fails(1002),
		},
	]),
);

/** Returns a frame with the given masking key. */
function masked(opcode: number, payload: Uint8Array, key: string, fin = true): Part {
	return () => frame(opcode, payload, { mask: true, key: Buffer.from(key, "hex"), fin });
}

const keys = ["00000000", "ffffffff", "01000000", "00000001", "80402010", "37fa213d"];

const unmasking: FrameCase[] = [
	...keys.map(
		(key): FrameCase => ({
			section: "5.3",
			title: `a payload masked with the key ${key} is unmasked`,
			roles: ["server"],
			bytes: true,
			moves: [sends(masked(opcodes.binary, counting(100), key)), answers(aBinary(counting(100)))],
			messages: [counting(100)],
			ending: open,
		}),
	),
	{
		section: "5.3",
		title: "each frame has its own key, and starts it anew",
		roles: ["server"],
		bytes: true,
		moves: [
			sends(
				masked(opcodes.binary, counting(5), "11223344", false),
				masked(opcodes.ping, counting(3), "aabbccdd"),
				masked(opcodes.continuation, counting(6), "55667788", false),
				masked(opcodes.continuation, counting(7), "99aabbcc"),
			),
			answers(
				{ kind: "pong", bytes: counting(3) },
				aBinary(Buffer.concat([counting(5), counting(6), counting(7)])),
			),
		],
		messages: [Buffer.concat([counting(5), counting(6), counting(7)])],
		ending: open,
	},
	...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(
		(length): FrameCase => ({
			section: "5.3",
			title: `messages of ${length} bytes, one after the other, are unmasked each from its first byte`,
			bytes: true,
			moves: [
				sends(binary(counting(length)), binary(counting(length)), binary(counting(length))),
				answers(aBinary(counting(length)), aBinary(counting(length)), aBinary(counting(length))),
			],
			messages: [counting(length), counting(length), counting(length)],
			ending: open,
		}),
	),
];

const keyChoice: FrameCase[] = [
	{
		section: "5.3",
		title: "a client takes a fresh masking key for every frame",
		roles: ["client"],
		moves: [
			device((connection) =>
				Array.from({ length: 16 }, () => connection.step("send", "always the same text")),
			),
			answers(...Array.from({ length: 16 }, () => aText("always the same text"))),
			{ do: "compare keys" },
		],
		messages: [],
		ending: open,
	},
	{
		section: "5.1",
		title: "control frames and fragments are masked as messages are, by role",
		moves: [
			sends(text("a", { fin: false }), anyFrame(opcodes.ping, "ping"), continuation("b")),
			answers({ kind: "pong", bytes: Buffer.from("ping") }, aText("ab")),
			{ do: "compare keys" },
		],
		messages: ["ab"],
		ending: open,
	},
];

export const masking: FrameCase[] = [...wrongWay, ...unmasking, ...keyChoice];
