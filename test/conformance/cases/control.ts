/** Section 5.5: ping and pong. */
import { onDevice } from "../../device/driver/wire.js";
import { opcodes } from "../../support/frames.js";
import {
	aClose,
	answers,
	answersInAnyOrder,
	anyFrame,
	aPong,
	aText,
	close,
	cut,
	device,
	type FrameCase,
	fails,
	open,
	ping,
	pong,
	sends,
	text,
} from "../case.js";
import { counting } from "./framing.js";

const lengths: FrameCase[] = [0, 1, 2, 124, 125].flatMap((length): FrameCase[] => [
	{
		section: "5.5.3",
		title: `a ping of ${length} bytes is answered with the same bytes`,
		moves: [sends(ping(counting(length))), answers(aPong(counting(length)))],
		messages: [],
		ending: open,
	},
	{
		section: "5.5.3",
		title: `a pong of ${length} bytes that nobody asked for is ignored`,
		moves: [sends(pong(counting(length)), text("next")), answers(aText("next"))],
		messages: ["next"],
		ending: open,
	},
]);

const tooLong: FrameCase[] = [
	["ping", opcodes.ping],
	["pong", opcodes.pong],
	["close", opcodes.close],
].flatMap(([name, opcode]): FrameCase[] =>
	[126, 127, 65536].map(
		(length): FrameCase => ({
			section: "5.5",
			title: `a ${name} of ${length} bytes is refused at its header`,
			moves: [sends(cut(anyFrame(opcode as number, "", { length }), 2))],
			messages: [],
			ending: fails(1002),
		}),
	),
);

const order: FrameCase[] = [
	{
		section: "5.5.2",
		title: "of several pings at once the last is answered, and those before it in order or not at all",
		moves: [
			sends(...Array.from({ length: 10 }, (_, index) => ping(`ping ${index}`))),
			answers(...Array.from({ length: 10 }, (_, index) => aPong(`ping ${index}`))),
		],
		messages: [],
		ending: open,
	},
	{
		section: "5.5.2",
		title: "a ping is answered before the message that follows it",
		moves: [sends(ping("first"), text("second")), answers(aPong("first"), aText("second"))],
		messages: ["second"],
		ending: open,
	},
	{
		section: "5.5.2",
		title: "pings while the send queue is full and the peer reads nothing are answered when it reads again",
		options: { sendQueueSize: 4096 },
		moves: [
			{ do: "pause" },
			device((connection) => [
				{ do: "repeat", count: 4, steps: [connection.step("send", onDevice.text("f", 1000))] },
			]),
			sends(...Array.from({ length: 20 }, (_, index) => ping(`ping ${index}`))),
			{ do: "resume" },
			answersInAnyOrder(
				...Array.from({ length: 4 }, () => aText("f".repeat(1000))),
				...Array.from({ length: 20 }, (_, index) => aPong(`ping ${index}`)),
			),
		],
		messages: [],
		ending: open,
	},
	{
		section: "5.5.1",
		title: "a ping that comes after the device's close frame is not answered",
		moves: [
			device((connection) => [connection.step("close", 4000, "enough")]),
			answers(aClose(4000, "enough")),
			sends(ping("too late"), close(4000)),
		],
		messages: [],
		ending: { kind: "closed", code: 4000, reason: "", alone: false },
	},
];

export const control: FrameCase[] = [...lengths, ...tooLong, ...order];
