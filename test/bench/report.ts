import type { CaseName, Expense } from "./collector.js";

/** One case, and what it costs a message. */
export interface Measured extends CaseName {
	microseconds: number;
	/** The time as a multiple of the floor's. */
	ratio: number;
	/** The engine's instructions, where it counts them. */
	computrons?: number;
	/** The ratio that must not be exceeded on the SDK's engine, where there is one. */
	target?: number;
}

/** What a run of the benchmark has found. */
export interface Report {
	/** The XS engine. */
	engine: string;
	cases: Measured[];
}

const targets: Record<string, number> = {
	"send 27": 2.2,
	"send 275": 1.18,
	"receive 27": 1.6,
	"receive 275": 1.22,
};

/** Puts figures and names together. Times are in nanoseconds. */
export function report(
	engine: string,
	cases: readonly CaseName[],
	times: readonly number[],
	expenses?: readonly Expense[],
): Report {
	const floors = new Map<string, number>();
	cases.forEach(({ subject, work, octets }, index) => {
		if (subject === "floor") floors.set(`${work} ${octets}`, times[index] ?? Number.NaN);
	});
	return {
		engine,
		cases: cases.map((name, index) => {
			const time = times[index] ?? Number.NaN;
			// What goes through the queue is sent, too.
			const base = name.work === "receive" ? "receive" : "send";
			const target = name.subject === "xs-web-socket" ? targets[`${name.work} ${name.octets}`] : undefined;
			const measured: Measured = {
				...name,
				microseconds: round(time / 1000, 3),
				ratio: round(time / (floors.get(`${base} ${name.octets}`) ?? Number.NaN), 3),
			};
			const { computrons } = expenses?.[index] ?? {};
			if (computrons !== undefined) measured.computrons = round(computrons, 1);
			if (target !== undefined) measured.target = target;
			return measured;
		}),
	};
}

/** The figures as a table for a terminal. */
export function table({ engine, cases }: Report): string {
	const counted = cases.some(({ computrons }) => computrons !== undefined);
	const heads = ["octets", "work", "subject", "role", "µs", "ratio", "target"];
	if (counted) heads.push("computrons");
	const rows = cases.map((each) => {
		const { octets, work, subject, role, microseconds, ratio, target, computrons } = each;
		const cells = [octets, work, subject, role, microseconds.toFixed(2), ratio.toFixed(2), target ?? ""];
		if (counted) cells.push(computrons ?? "");
		return cells.map(String);
	});
	const order = ([octets = "", work = ""]: string[]) =>
		`${work.replace("queue", "send-queue")} ${octets.padStart(9)}`;
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
	return [`${engine}: time of one message`, line(heads), ...rows.map(line), ""].join("\n");
}

function round(value: number, digits: number): number {
	return Number(value.toFixed(digits));
}
