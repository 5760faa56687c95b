import { bytesOnDevice } from "../../sim/xs/memory.js";
import type { CaseName, Expense } from "../bench/collector.js";
import type { Bytecode } from "./bytecode.js";
import { copies, messages, reconnects } from "./device/sizes.js";

/** The memory in use after a step: see device/steps.ts. */
export interface Reading {
	name: string;
	slots: number;
	chunks: number;
	/** Number of chunks, if known. */
	chunkCount?: number;
}

/** Memory of one object, without its native socket and its send queue. */
export interface Share {
	name: string;
	slots: number;
	/** Bytes of chunks on the engine that was measured, including headers. */
	chunks: number;
	/** Bytes on a 32-bit device: measured on an engine with 32 bits, else an estimate. */
	bytes: number;
	/** Maximum number of bytes, for our own classes. */
	budget?: number;
}

/** Garbage of one message. */
export interface Garbage extends CaseName, Expense {
	/** Slots in addition to those of the floor (the encoded buffer and the decoded value). */
	slotsBeyondFloor: number;
}

export interface MemoryReport {
	/** The XS engine. */
	engine: string;
	/** Its bytes per slot: 16 if it has 32 bits, as a device; 32 if it has 64. */
	slotSize: number;
	shares: Share[];
	garbage: Garbage[];
	/** Growth of the heap after `count` messages or reconnects. */
	slope: { name: string; count: number; slots: number; chunks: number }[];
	bytecode?: Bytecode;
}

/** @param slotSize bytes per slot of the engine that was measured */
export function report(
	engine: string,
	slotSize: number,
	readings: readonly Reading[],
	cases: readonly CaseName[],
	expenses: readonly Expense[],
): MemoryReport {
	return {
		engine,
		slotSize,
		shares: [
			share(readings, slotSize, "client", ["memorysocket", "sendqueue"], 2048),
			share(readings, slotSize, "socket", ["memorysocket", "sendqueue"], 1536),
			share(readings, slotSize, "server", ["memorylistener"], 2048),
			share(readings, slotSize, "sendqueue", []),
			...readings
				.filter(({ name }) => name.startsWith("SDK "))
				.map(({ name }) => share(readings, slotSize, name, ["memorysocket"])),
		],
		garbage: cases.map((name, index) => garbage(name, expenses[index] ?? {}, cases, expenses)),
		slope: [
			{ name: "messages", count: 3 * messages },
			{ name: "reconnects", count: 2 * reconnects },
		].map((each) => slope(readings, each.name, each.count)),
	};
}

/** Returns the memory that a step has added, per object. */
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
	slotSize: number,
	name: string,
	without: readonly string[],
	budget?: number,
): Share {
	let { slots, chunks, chunkCount } = added(readings, name);
	for (const part of without.map((other) => added(readings, other))) {
		slots -= part.slots;
		chunks -= part.chunks;
		// If their number is unknown, headers count with their size on this engine.
		chunkCount = Math.max(chunkCount - part.chunkCount, 0);
	}
	const bytes = bytesOnDevice({ slots, chunks, chunkCount }, slotSize);
	return { name, slots, chunks, bytes, ...(budget !== undefined && { budget }) };
}

function garbage(
	name: CaseName,
	expense: Expense,
	cases: readonly CaseName[],
	expenses: readonly Expense[],
): Garbage {
	const work = name.work === "receive" ? "receive" : "send";
	const floor = cases.findIndex(
		(other) => other.subject === "floor" && other.work === work && other.bytes === name.bytes,
	);
	const beyond = (expense.slots ?? 0) - (expenses[floor]?.slots ?? 0);
	return { ...name, ...expense, slotsBeyondFloor: Number(beyond.toFixed(1)) };
}

/**
 * Returns the growth between the first and the last of several steps. The first one may allocate what is
 * allocated only once.
 */
function slope(readings: readonly Reading[], name: string, each: number): MemoryReport["slope"][number] {
	const steps = readings.filter((reading) => reading.name === name);
	const first = steps[0];
	const last = steps.at(-1);
	if (!first || !last) throw new Error(`The step "${name}" has not been measured.`);
	const count = each * (steps.length - 1);
	return { name, count, slots: last.slots - first.slots, chunks: last.chunks - first.chunks };
}

/** Returns the exceeded budgets as messages. */
export function faults({ shares, garbage, slope, bytecode }: MemoryReport): string[] {
	const tooLong = bytecode && bytecode.bytes > bytecode.budget;
	return [
		...(tooLong ? [`The bytecode takes ${bytecode.bytes} bytes; the budget is ${bytecode.budget}.`] : []),
		...shares
			.filter(({ bytes, budget }) => budget !== undefined && bytes > budget)
			.map(({ name, bytes, budget }) => `A ${name} takes ${bytes} bytes; the budget is ${budget}.`),
		...garbage
			.filter(
				({ subject, work, slotsBeyondFloor }) =>
					subject === "xs-web-socket" && !work.startsWith("queue") && slotsBeyondFloor > 0,
			)
			.map(
				({ role, work, bytes, slotsBeyondFloor }) =>
					`A ${role} leaves ${slotsBeyondFloor} slots of garbage per message (${work}, ${bytes} bytes).`,
			),
		...slope
			.filter(({ slots, chunks }) => slots > 0 || chunks > 0)
			.map(
				({ name, count, slots, chunks }) =>
					`With ${count} ${name} the heap grows by ${slots} slots and ${chunks} bytes of chunks.`,
			),
	];
}
