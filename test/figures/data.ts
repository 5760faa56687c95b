/** The measurements for the figures, as printed by the commands with --json. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Report } from "../bench/report.js";
import type { MemoryReport } from "../memory/report.js";
import type { ScaleReport } from "../scale/table.js";

/** Folder of measurements and figures. */
export const folder = fileURLToPath(new URL("../../figures/", import.meta.url));
/** Page with the figures. */
export const readme = fileURLToPath(new URL("../../README.md", import.meta.url));

/** The npm scripts by the name of the file with their output. */
export const scripts = {
	bench: "bench",
	"bench-moddable": "bench:moddable",
	memory: "memory",
	"memory-moddable": "memory:moddable",
	scale: "scale",
	"scale-moddable": "scale:moddable",
} as const;

export interface Measurements {
	bench: Report;
	"bench-moddable": Report;
	memory: MemoryReport;
	"memory-moddable": MemoryReport;
	scale: ScaleReport;
	"scale-moddable": ScaleReport;
}

export async function readMeasurements(): Promise<Measurements> {
	const entries = Object.keys(scripts).map(async (name) => {
		const text = await readFile(`${folder}${name}.json`, "utf8");
		return [name, JSON.parse(text)] as const;
	});
	return Object.fromEntries(await Promise.all(entries)) as Measurements;
}
