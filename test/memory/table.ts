import type { MemoryReport } from "./report.js";

/** Formats the results for a terminal. */
export function table({ engine, slotSize, shares, garbage, slope, bytecode }: MemoryReport): string {
	const lines = [
		`${engine}: memory in bytes on a 32-bit device, ${slotSize === 16 ? "measured on 32 bits" : "estimated on 64 bits"}`,
		...shares.map(
			({ name, slots, bytes, budget }) =>
				`${name.padEnd(21)} ${bytes} bytes (${slots} slots)${budget === undefined ? "" : `; budget ${budget}`}`,
		),
		"",
		"Slots allocated per message, and how many of them in addition to the floor",
		...garbage.map(
			({ subject, role, work, bytes, slots, chunks, slotsBeyondFloor }) =>
				`${work.padEnd(9)}${String(bytes).padStart(4)}  ${subject} ${role}: ${slots}, ${slotsBeyondFloor} more${chunks === undefined ? "" : `; ${chunks} bytes of chunks`}`,
		),
		"",
		...slope.map(
			({ name, count, slots, chunks }) =>
				`${count} ${name}: the heap grows by ${slots} slots and ${chunks} bytes of chunks`,
		),
	];
	if (bytecode) lines.push(`bytecode: ${bytecode.bytes} bytes; budget ${bytecode.budget}`);
	return lines.join("\n");
}
