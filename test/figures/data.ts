/** The measurements for the figures, and the pages that show them. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Report } from "../bench/report.js";
import type { FlashReport } from "../flash/report.js";
import type { MemoryReport } from "../memory/report.js";
import type { TlsReport } from "../memory/tlsreport.js";
import type { ScaleReport } from "../scale/table.js";
import type { Result } from "../siege/besiege.js";
import { type Kind, kindsOf } from "../siege/kinds.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Folder of measurements and figures. */
export const folder = `${root}figures/`;

/** The pages with figures, from the root of the project. */
export const pages = {
	summary: "README.md",
	performance: "docs/performance.md",
	memory: "docs/memory.md",
} as const;

export type Page = keyof typeof pages;

export function pathOf(page: Page): string {
	return root + pages[page];
}

/** The npm scripts by the name of the file with their output. */
export const scripts = {
	bench: "bench",
	"bench-moddable": "bench:moddable",
	conformance: "conformance",
	flash: "flash",
	memory: "memory",
	"memory-moddable": "memory:moddable",
	scale: "scale",
	"scale-moddable": "scale:moddable",
	siege: "siege:moddable",
	tls: "memory:tls",
} as const;

export interface Measurements {
	bench: Report;
	"bench-moddable": Report;
	conformance: Record<"client" | "server", { passed: number; total: number }>;
	flash: FlashReport;
	memory: MemoryReport;
	"memory-moddable": MemoryReport;
	scale: ScaleReport;
	"scale-moddable": ScaleReport;
	siege: SiegeReport;
	tls: TlsReport;
}

interface SiegeReport {
	summary: { attacks: number; survived: number; peakBytes: number; budget: number };
	kinds: Kind[];
}

/** Returns the text of the file for a command's output. */
export function kept(name: keyof typeof scripts, printed: string): string {
	if (name === "conformance") return json(JSON.parse(printed));
	if (name === "flash") return json(withoutDetails(JSON.parse(printed)));
	if (name !== "siege") return printed;
	const lines = printed.trim().split("\n");
	const summary: unknown = JSON.parse(lines.pop() ?? "");
	const results = lines.map((line) => JSON.parse(line) as Result);
	return json({ summary, kinds: kindsOf(results) });
}

/** Leaves out the lists of modules, files and functions. */
function withoutDetails(report: FlashReport): unknown {
	const expenses = report.expenses.map(({ name, total, image, parts }) => ({ name, total, image, parts }));
	return { ...report, expenses };
}

function json(value: unknown): string {
	return `${JSON.stringify(value, undefined, "\t")}\n`;
}

export async function readMeasurements(): Promise<Measurements> {
	const entries = Object.keys(scripts).map(async (name) => {
		const text = await readFile(`${folder}${name}.json`, "utf8");
		return [name, JSON.parse(text)] as const;
	});
	return Object.fromEntries(await Promise.all(entries)) as unknown as Measurements;
}
