import { type Measurements, type Page, pages } from "./data.js";
import { memoryFigures } from "./memory.js";
import { performanceFigures } from "./performance.js";
import { summaryFigures } from "./summary.js";

const begin = "<!-- figures: npm run figures -->";
const end = "<!-- end of figures -->";

const figures: Readonly<Record<Page, (measurements: Measurements) => string>> = {
	summary: summaryFigures,
	performance: performanceFigures,
	memory: memoryFigures,
};

/** The text of a page with the figures of these measurements between its two marks. @throws Error when it has no marks. */
export function withFigures(page: Page, text: string, measurements: Measurements): string {
	const [before, rest] = text.split(begin);
	const after = rest?.split(end)[1];
	if (before === undefined || after === undefined)
		throw new Error(
			`${pages[page]} has no place for the figures; it needs the lines "${begin}" and "${end}".`,
		);
	return `${before}${begin}\n\n${figures[page](measurements)}\n\n${end}${after}`;
}
