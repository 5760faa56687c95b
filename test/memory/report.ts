import type { CaseName, Expense } from "../bench/collector.js";
import type { Bytecode } from "./bytecode.js";
import { copies, messages, reconnects } from "./device/sizes.js";

/** The memory in use after a step: see device/steps.ts. */
export interface Reading {
	name: string;
	slots: number;
	chunks: number;
	/** How many chunks there are, where that is known. */
	chunkCount?: number;
}

/** What one thing takes, beside its native socket and its send queue. */
export interface Share {
	name: string;
	slots: number;
	/** Octets of chunks on this computer, headers included. */
	chunks: number;
	/** Octets on a device of 32 bits: 16 a slot, and the chunks. */
	octets: number;
	/** What it may take, if it is ours. */
	budget?: number;
}

/** What a message leaves behind. */
export interface Garbage extends CaseName, Expense {
	/** Slots that the floor, with the encoded buffer and the decoded value, does not take. */
	slotsBeyondFloor: number;
}

export interface MemoryReport {
	/** The XS engine. */
	engine: string;
	shares: Share[];
	garbage: Garbage[];
	/** What the heap has grown by, with so many messages and reconnects. */
	slope: { name: string; count: number; slots: number; chunks: number }[];
	bytecode?: Bytecode;
}

/** Octets on a device of 32 bits. */
const slotSize = 16;
/** Octets of a chunk's header here and there. */
const chunkHeader = 16;
const smallChunkHeader = 8;

export function report(
	engine: string,
	readings: readonly Reading[],
	cases: readonly CaseName[],
	expenses: readonly Expense[],
): MemoryReport {
	return {
		engine,
		shares: [
			share(readings, "client", ["memorysocket", "sendqueue"], 2048),
			share(readings, "socket", ["memorysocket", "sendqueue"], 1536),
			share(readings, "server", ["memorylistener"], 2048),
			share(readings, "sendqueue", []),
			...readings
				.filter(({ name }) => name.startsWith("SDK "))
				.map(({ name }) => share(readings, name, ["memorysocket"])),
		],
		garbage: cases.map((name, index) => garbage(name, expenses[index] ?? {}, cases, expenses)),
		slope: [
			{ name: "messages", count: 3 * messages },
			{ name: "reconnects", count: 2 * reconnects },
		].map((each) => slope(readings, each.name, each.count)),
	};
}

/** What a step has added, for each of the copies. */
function added(readings: readonly Reading[], name: string): Required<Reading> {
	const index = readings.findIndex((reading) => reading.name === name);
	const after = readings[index];
	const before = readings[index - 1];
	if (!after || !before) throw new Error(`The step "${name}" has not been measured.`);
	return {
		name,
		slots: (after.slots - before.slots) / copies,
		chunks: (after.chunks - before.chunks) / copies,
		chunkCount: ((after.chunkCount ?? 0) - (before.chunkCount ?? 0)) / copies,
	};
}

function share(
	readings: readonly Reading[],
	name: string,
	without: readonly string[],
	budget?: number,
): Share {
	let { slots, chunks, chunkCount } = added(readings, name);
	for (const part of without.map((other) => added(readings, other))) {
		slots -= part.slots;
		chunks -= part.chunks;
		// Where their number is not known the headers are counted as they are here.
		chunkCount = Math.max(chunkCount - part.chunkCount, 0);
	}
	const octets = slots * slotSize + chunks - chunkCount * (chunkHeader - smallChunkHeader);
	return { name, slots, chunks, octets, ...(budget !== undefined && { budget }) };
}

function garbage(
	name: CaseName,
	expense: Expense,
	cases: readonly CaseName[],
	expenses: readonly Expense[],
): Garbage {
	const work = name.work === "receive" ? "receive" : "send";
	const floor = cases.findIndex(
		(other) => other.subject === "floor" && other.work === work && other.octets === name.octets,
	);
	const beyond = (expense.slots ?? 0) - (expenses[floor]?.slots ?? 0);
	return { ...name, ...expense, slotsBeyondFloor: Number(beyond.toFixed(1)) };
}

/** From the first of several steps, which may leave something that is made only once, to the last. */
function slope(readings: readonly Reading[], name: string, each: number): MemoryReport["slope"][number] {
	const steps = readings.filter((reading) => reading.name === name);
	const first = steps[0];
	const last = steps.at(-1);
	if (!first || !last) throw new Error(`The step "${name}" has not been measured.`);
	const count = each * (steps.length - 1);
	return { name, count, slots: last.slots - first.slots, chunks: last.chunks - first.chunks };
}

/** What is over its budget: a sentence each. */
export function faults({ shares, garbage, slope, bytecode }: MemoryReport): string[] {
	const tooLong = bytecode && bytecode.octets > bytecode.budget;
	return [
		...(tooLong ? [`The bytecode has ${bytecode.octets} octets, the budget is ${bytecode.budget}.`] : []),
		...shares
			.filter(({ octets, budget }) => budget !== undefined && octets > budget)
			.map(({ name, octets, budget }) => `A ${name} takes ${octets} octets, the budget is ${budget}.`),
		...garbage
			.filter(
				({ subject, work, slotsBeyondFloor }) =>
					subject === "xs-web-socket" && !work.startsWith("queue") && slotsBeyondFloor > 0,
			)
			.map(
				({ role, work, octets, slotsBeyondFloor }) =>
					`A ${role} leaves ${slotsBeyondFloor} slots of garbage for a message to ${work} of ${octets} octets.`,
			),
		...slope
			.filter(({ slots, chunks }) => slots > 0 || chunks > 0)
			.map(
				({ name, count, slots, chunks }) =>
					`With ${count} ${name} the heap grows by ${slots} slots and ${chunks} octets of chunks.`,
			),
	];
}
