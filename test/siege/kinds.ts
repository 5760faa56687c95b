/** Summarizes the results of a siege by kind of attack, for the documentation. */

import { markdownTable } from "../support/markdown.js";
import { attacks, kindOf, titleOf } from "./attacks.js";
import type { Result } from "./besiege.js";

/** All attacks of a kind: counts, outcomes, and the peaks of the worst one. */
export interface Kind {
	kind: string;
	attacks: number;
	survived: number;
	/** Outcomes for the attackers, without duplicates. */
	outcomes: string[];
	peakSlots: number;
	peakChunks: number;
	peakBytes: number;
}

/** Summarizes results in the order of the attacks, which run in parallel and end in any order. */
export function kindsOf(results: readonly Result[]): Kind[] {
	const names = [...new Set(attacks.map(kindOf))];
	return names.flatMap((kind) => {
		const titles = new Set(attacks.filter((attack) => kindOf(attack) === kind).map(titleOf));
		const all = results.filter(({ attack }) => titles.has(attack));
		const worst = (key: "peakSlots" | "peakChunks" | "peakBytes") => Math.max(...all.map((one) => one[key]));
		if (all.length === 0) return [];
		return {
			kind,
			attacks: all.length,
			survived: all.filter(({ survived }) => survived).length,
			outcomes: [...new Set(all.flatMap(({ outcome }) => outcome.split(", ")))].sort(),
			peakSlots: worst("peakSlots"),
			peakChunks: worst("peakChunks"),
			peakBytes: worst("peakBytes"),
		};
	});
}

/** Returns a Markdown table with a row for each kind. */
export function kindTable(kinds: readonly Kind[]): string {
	const heads = [
		"kind",
		"outcomes for the attacker",
		"attacks",
		"survived",
		"slots",
		"bytes of chunks",
		"bytes of XS",
	];
	return markdownTable(
		heads,
		kinds.map((row) => [
			row.kind,
			row.outcomes.join(", "),
			row.attacks,
			row.survived,
			row.peakSlots,
			row.peakChunks,
			row.peakBytes,
		]),
		2,
	);
}
