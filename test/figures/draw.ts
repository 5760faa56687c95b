/**
 * Draws the figures of README.md and docs/ from the measurements in the folder figures: `npm run -s figures --
 * [--measure]`. With --measure everything is measured first, which takes some minutes and needs the Moddable SDK.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { runCommand } from "../../sim/commandline.js";
import { charts } from "./charts.js";
import { folder, kept, type Page, pages, pathOf, readMeasurements, scripts } from "./data.js";
import { withFigures } from "./document.js";

/** Runs an npm script of this project and returns its output. */
async function measure(script: string): Promise<string> {
	const child = spawn("npm", ["run", "-s", script, "--", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
	const [printed, [status]] = await Promise.all([text(child.stdout), once(child, "close")]);
	if (status !== 0) throw new Error(`npm run ${script} failed; no figures were drawn.`);
	return printed;
}

async function draw(chart: TopLevelSpec): Promise<string> {
	const view = new View(parse(compile(chart).spec), { renderer: "none" });
	const svg = await view.toSVG();
	// Text alternative for accessibility.
	return svg.replace(">", `><title>${chart.title}</title>`);
}

const usage = `Usage: npm run -s figures -- [options]

Draws the figures of README.md, docs/performance.md and docs/memory.md from the measurements in the folder figures.

  --measure     measure everything first, which takes some minutes and needs the Moddable SDK
  --help        show this text`;

await runCommand(usage, { measure: "boolean" }, async (values) => {
	if (values["measure"])
		for (const name of Object.keys(scripts) as (keyof typeof scripts)[])
			await writeFile(`${folder}${name}.json`, kept(name, await measure(scripts[name])));
	const measurements = await readMeasurements();
	for (const [name, chart] of Object.entries(charts(measurements)))
		await writeFile(`${folder}${name}.svg`, `${await draw(chart)}\n`);
	for (const page of Object.keys(pages) as Page[]) {
		const path = pathOf(page);
		await writeFile(path, withFigures(page, await readFile(path, "utf8"), measurements));
	}
	return 0;
});
