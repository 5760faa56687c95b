import { readFileSync } from "node:fs";
import test from "ava";
import { type Page, pages, pathOf, readMeasurements } from "../figures/data.js";
import { withFigures } from "../figures/document.js";

for (const [name, path] of Object.entries(pages) as [Page, string][])
	test(`the figures of ${path} are those of the measurements in the folder figures`, async (t) => {
		const text = readFileSync(pathOf(name), "utf8");
		t.is(text, withFigures(name, text, await readMeasurements()), `${path} is out of date: npm run figures`);
	});
