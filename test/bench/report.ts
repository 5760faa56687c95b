import type { CaseName, Expense } from "./collector.js";

/** The measurements of one case, per message. */
export interface Measured extends CaseName {
	microseconds: number;
	/** The time relative to the floor. */
	ratio: number;
	/** Executed instructions, if the engine counts them. */
	computrons?: number;
	/** Maximum ratio on the SDK's engine, if one is defined. */
	target?: number;
}

/** Results of a run of the benchmark. */
export interface Report {
	/** The XS engine. */
	engine: string;
	cases: Measured[];
}

const targets: Record<string, number> = {
	"send 27": 1.7,
	"send 275": 1.2,
	"receive 27": 1.6,
	"receive 275": 1.2,
};

/** Combines measurements and names. Times are in nanoseconds. */
export function report(
	engine: string,
	cases: readonly CaseName[],
	times: readonly number[],
	expenses?: readonly Expense[],
): Report {
	const floors = new Map<string, number>();
	cases.forEach(({ subject, work, bytes }, index) => {
		if (subject === "floor") floors.set(`${work} ${bytes}`, times[index] ?? Number.NaN);
	});
	return {
		engine,
		cases: cases.map((name, index) => {
			const time = times[index] ?? Number.NaN;
			// Queued messages are sent, too.
			const base = name.work === "receive" ? "receive" : "send";
			const target = name.subject === "xs-web-socket" ? targets[`${name.work} ${name.bytes}`] : undefined;
			const measured: Measured = {
				...name,
				microseconds: round(time / 1000, 3),
				ratio: round(time / (floors.get(`${base} ${name.bytes}`) ?? Number.NaN), 3),
			};
			const { computrons } = expenses?.[index] ?? {};
			if (computrons !== undefined) measured.computrons = round(computrons, 1);
			if (target !== undefined) measured.target = target;
			return measured;
		}),
	};
}

/** Formats the results as a table for a terminal. */
export function table({ engine, cases }: Report): string {
	const counted = cases.some(({ computrons }) => computrons !== undefined);
	const heads = ["bytes", "work", "subject", "role", "µs", "ratio", "target"];
	if (counted) heads.push("computrons");
	const rows = cases.map((each) => {
		const { bytes, work, subject, role, microseconds, ratio, target, computrons } = each;
		const cells = [bytes, work, subject, role, microseconds.toFixed(2), ratio.toFixed(2), target ?? ""];
		if (counted) cells.push(computrons ?? "");
		return cells.map(String);
	});
	const order = ([bytes = "", work = ""]: string[]) =>
		`${work.replace("queue", "send-queue")} ${bytes.padStart(9)}`;
	rows.sort((one, other) => order(one).localeCompare(order(other)));
	const widths = heads.map((head, column) =>
		Math.max(head.length, ...rows.map((row) => (row[column] ?? "").length)),
	);
	const line = (cells: string[]) =>
		cells
			.map((cell, column) => {
				const width = widths[column] ?? 0;
				return /^[\d.]*$/.test(cell) ? cell.padStart(width) : cell.padEnd(width);
			})
			.join("  ")
			.trimEnd();
	return [`${engine}: time per message`, line(heads), ...rows.map(line), ""].join("\n");
}

function round(value: number, digits: number): number {
	return Number(value.toFixed(digits));
}
