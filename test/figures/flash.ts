/** The figures of flash. */

import type { Expense, FlashReport } from "../flash/report.js";
import { markdownTable } from "../support/markdown.js";

/** What the columns show, by the name of the program in test/flash. */
const columns: Readonly<Record<string, string>> = {
	sdk: "SDK `WebSocket`",
	npm: "`Client`, npm package",
	sensor: "`Client`",
	full: "`Client` and `Server`",
};

/** @throws Error when the measurement lacks a program. */
export function expense({ expenses }: FlashReport, name: string): Expense {
	const found = expenses.find((each) => each.name === name);
	if (!found) throw new Error(`figures/flash.json has no ${name}: npm run -s flash -- --json`);
	return found;
}

export function flashFigure(report: FlashReport): string {
	const programs = Object.keys(columns).map((name) => expense(report, name));
	const rows = (programs[0]?.parts ?? []).map(({ name }, index) => [
		name,
		...programs.map(({ parts }) => parts[index]?.bytes ?? 0),
	]);
	const totals = programs.map(({ total }) => total);
	return [
		`The app [sensor](../examples/sensor/main.ts), and the same report on the SDK's \`WebSocket\` without queue, retries and limits: bytes in addition to an app with sockets alone. Release build of ${report.engine.replace(/,.*/, "")} for an ESP32; machine code is that of a Cortex-M0+. "\`Client\`" includes \`manifest_client.json\`, "\`Client\` and \`Server\`" \`manifest.json\`.`,
		markdownTable(["", ...Object.values(columns)], [...rows, ["all", ...totals]]),
		slots(programs),
	].join("\n\n");
}

function slots(programs: readonly Expense[]): string {
	const texts = programs.map(
		({ name, parts }) => `${columns[name]} ${parts[0]?.detail}, ${parts[2]?.detail}`,
	);
	return `Slots and names: ${texts.join("; ")}.`;
}
