import type { MemoryReport } from "./report.js";

/** The figures for a terminal. */
export function table({ engine, shares, garbage, slope, bytecode }: MemoryReport): string {
	const lines = [
		`${engine}: memory, in octets of a device of 32 bits`,
		...shares.map(
			({ name, slots, octets, budget }) =>
				`${name.padEnd(21)} ${octets} octets (${slots} slots)${budget === undefined ? "" : `; budget ${budget}`}`,
		),
		"",
		"Slots taken by a message, and how many of them beyond the floor's",
		...garbage.map(
			({ subject, role, work, octets, slots, chunks, slotsBeyondFloor }) =>
				`${work.padEnd(9)}${String(octets).padStart(4)}  ${subject} ${role}: ${slots}, ${slotsBeyondFloor} more${chunks === undefined ? "" : `; ${chunks} octets of chunks`}`,
		),
		"",
		...slope.map(
			({ name, count, slots, chunks }) =>
				`${count} ${name}: the heap grows by ${slots} slots and ${chunks} octets of chunks`,
		),
	];
	if (bytecode) lines.push(`bytecode: ${bytecode.octets} octets; budget ${bytecode.budget}`);
	return lines.join("\n");
}
