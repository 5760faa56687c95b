/** Style of all figures. They must be readable on light and dark pages: no background, and medium colours. */

import type { Config } from "vega-lite";

/** Text colour, with a contrast of about 4.3 to both black and white. */
const ink = "#767b82";

export const colours = {
	floor: "#8b929b",
	"xs-web-socket": "#2f7ef0",
	"SDK WebSocket": "#d9702b",
	"SDK classic websocket": "#b5862a",
	"TCP alone": "#8b929b",
	budget: "#d1478a",
	/** A lighter variant of the colour of `xs-web-socket`. */
	second: "#7fb0f5",
} as const;

/** Makes a colour scale of the given colours. */
export function colourScale(names: readonly (keyof typeof colours)[]): { domain: string[]; range: string[] } {
	return { domain: [...names], range: names.map((name) => colours[name]) };
}

const font = "system-ui, sans-serif";
const text = {
	labelColor: ink,
	titleColor: ink,
	labelFont: font,
	titleFont: font,
	labelFontSize: 12,
	labelLimit: 300,
	titleFontSize: 12,
};

export const config: Config = {
	background: "transparent",
	font,
	view: { stroke: null },
	title: { color: ink, font, fontSize: 14, anchor: "start" },
	axis: {
		...text,
		titleFontWeight: "normal",
		gridColor: ink,
		gridOpacity: 0.2,
		domainColor: ink,
		tickColor: ink,
	},
	header: { ...text, labelFontWeight: "bold" },
	legend: { ...text, orient: "top", title: null },
	text: { color: ink, font, fontSize: 12 },
};
