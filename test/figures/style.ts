/** How all figures look: on a light page and on a dark one, so without a background and in colours between the two. */

import type { Config } from "vega-lite";

/** Text: about 4.3 times as bright as black and as dark as white. */
const ink = "#767b82";

export const colours = {
	floor: "#8b929b",
	"xs-web-socket": "#2f7ef0",
	"SDK WebSocket": "#d9702b",
	"SDK classic websocket": "#b5862a",
	"TCP alone": "#8b929b",
	budget: "#d1478a",
	/** A lighter one beside that of `xs-web-socket`. */
	second: "#7fb0f5",
} as const;

/** A colour scale for some of them. */
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
