/** The report of `npm run flash`: as JSON, as text, and what exceeds the budget. */

import {
	functionsBeyond,
	modulesBeyond,
	nativesBeyond,
	type Part,
	type Program,
	partsBeyond,
	totalOf,
} from "./parts.js";

/** What a program takes in flash beyond sockets alone, in bytes. */
export interface Expense {
	name: string;
	/** All of it, if it was linked; otherwise only the ROM image. */
	total: number;
	/** The parts of the ROM image that are measured without a C compiler: slots, bytecode and names. */
	image: number;
	parts: Part[];
	/** Bytecode by module. */
	modules: Part[];
	/** XS's own code by source file. */
	files: Part[];
	/** Functions of XS's library. */
	functions: Part[];
}

/** The most that a program may take, in bytes. */
export type Budget = Readonly<Pick<Expense, "total" | "image">>;

export interface FlashReport {
	/** The SDK, and the compiler's target. */
	engine: string;
	baseline: string;
	expenses: Expense[];
}

/** Number of the parts that need no C compiler. */
const imageParts = 3;

export function expenseOf(base: Program, program: Program): Expense {
	const parts = partsBeyond(base, program);
	return {
		name: program.name,
		total: totalOf(parts),
		image: totalOf(parts.slice(0, imageParts)),
		parts,
		modules: modulesBeyond(base, program),
		files: nativesBeyond(base, program),
		functions: functionsBeyond(base, program),
	};
}

/** Returns a sentence for each budget that is exceeded. */
export function excesses(report: FlashReport, budgets: Readonly<Record<string, Budget>>): string[] {
	return report.expenses.flatMap(({ name, total, image }) => {
		const budget = budgets[name];
		if (!budget) return [];
		const checks = [
			{ what: "takes", bytes: total, limit: budget.total },
			{ what: "has an image of", bytes: image, limit: budget.image },
		];
		return checks
			.filter(({ bytes, limit }) => bytes > limit)
			.map(
				({ what, bytes, limit }) =>
					`${name} ${what} ${bytes} bytes more than ${report.baseline}; test/flash/budget.json allows ${limit}.`,
			);
	});
}

/** @param details Whether modules, files and functions are listed, too. */
export function textOf({ baseline, expenses }: FlashReport, details: boolean): string {
	return expenses
		.flatMap(({ name, total, parts, modules, files, functions }) => [
			list(`${name}: ${total} bytes more than ${baseline}`, parts),
			...(details
				? [
						list(`${name}: bytecode by module`, modules),
						list(`${name}: files of XS`, files),
						list(`${name}: functions of XS's library`, functions),
					]
				: []),
		])
		.join("\n\n");
}

function list(title: string, parts: readonly Part[]): string {
	const lines = parts.map(
		({ name, bytes, detail }) => `${String(bytes).padStart(8)}  ${name}${detail ? ` (${detail})` : ""}`,
	);
	return [title, ...lines].join("\n");
}
