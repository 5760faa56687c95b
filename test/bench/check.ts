/**
 * Compares the computrons of each case with those in baseline.json: `npm run bench:check [-- --update]`.
 * They do not depend on the computer. The check fails if a case needs over 3 % more than the baseline.
 */

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../sim/commandline.js";
import { countOnNpmEngine } from "./npmengine.js";

/** Computrons per message, by the name of the case. */
type Baseline = Record<string, number>;

const path = fileURLToPath(new URL("./baseline.json", import.meta.url));
/** Allowed growth of a case, as a fraction. */
const tolerance = 0.03;

async function measure(): Promise<Baseline> {
	const { cases, expenses } = await countOnNpmEngine();
	const names = cases.map(({ subject, work, role, bytes }) => [subject, role, work, bytes]);
	return Object.fromEntries(
		names.map((name, index) => [
			name.filter((part) => part !== "").join(" "),
			expenses[index]?.computrons ?? 0,
		]),
	);
}

/** Returns the differences as messages. */
function compare(baseline: Baseline, found: Baseline): string[] {
	const names = [...new Set([...Object.keys(baseline), ...Object.keys(found)])];
	return names.flatMap((name) => {
		const before = baseline[name];
		const now = found[name];
		if (before === undefined || now === undefined)
			return `${name} is ${before === undefined ? "not in the baseline" : "no longer measured"}.`;
		if (now <= before * (1 + tolerance)) return [];
		const growth = ((now / before - 1) * 100).toFixed(1);
		return `${name} takes ${now} computrons per message, ${growth} % more than the ${before} of the baseline.`;
	});
}

const usage = `Usage: npm run -s bench:check -- [options]

Compares the computrons of each case with the baseline.

  --update      write the measurements to the baseline
  --help        show this text`;

await runCommand(usage, { update: "boolean" }, async (values) => {
	const found = await measure();
	if (values["update"]) {
		await writeFile(path, `${JSON.stringify(found, null, "\t")}\n`);
		return 0;
	}
	const faults = compare(JSON.parse(await readFile(path, "utf8")) as Baseline, found);
	for (const fault of faults) console.error(fault);
	if (faults.length) {
		console.error("If this is intended, run npm run bench:check -- --update and explain it in the commit.");
		return 1;
	}
	console.log(`${Object.keys(found).length} cases are within the baseline.`);
	return 0;
});
