/** How the heap of the device changes over a soak, and whether that is growth. */

/** Memory in use after a garbage collection while no connection is open, and what the device had done by then. */
export interface Reading {
	messages: number;
	reconnects: number;
	slots: number;
	/** Octets of chunks. */
	chunks: number;
}

export interface Slope {
	slotsPerThousandMessages: number;
	chunksPerThousandMessages: number;
}

/** What the heap may be larger by at the end without being called growing: tables have room for some more entries. */
const allowance = { slots: 64, chunks: 4096 };
/** Fewer readings say nothing about growth. */
export const fewestReadings = 6;

/** How growth is judged, for people. */
export const rule = `The heap grows when the lowest reading of the last third is above the highest of the first third, and the slope (the median of the slopes between all pairs of readings), times the messages, is more than ${allowance.slots} slots or ${allowance.chunks} octets of chunks.`;

/** The median of the slopes between all pairs of readings (Theil and Sen): single readings do not tilt it. */
export function slopeOf(readings: readonly Reading[]): Slope {
	return {
		slotsPerThousandMessages: perThousand(readings, "slots"),
		chunksPerThousandMessages: perThousand(readings, "chunks"),
	};
}

/** Sentences that say what grows, or that too little is known; none when all is well. */
export function growthOf(readings: readonly Reading[]): string[] {
	if (readings.length < fewestReadings)
		return [`The heap was read ${readings.length} times; ${fewestReadings} are needed to judge it.`];
	const first = readings[0] as Reading;
	const last = readings[readings.length - 1] as Reading;
	const third = Math.floor(readings.length / 3);
	const failures: string[] = [];
	for (const kind of ["slots", "chunks"] as const) {
		const highest = Math.max(...readings.slice(0, third).map((reading) => reading[kind]));
		const lowest = Math.min(...readings.slice(-third).map((reading) => reading[kind]));
		const slope = perThousand(readings, kind);
		const growth = (slope * (last.messages - first.messages)) / 1000;
		if (lowest > highest && growth > allowance[kind])
			failures.push(
				`The heap grows by ${slope} ${kind === "slots" ? "slots" : "octets of chunks"} per thousand messages: from at most ${highest} to at least ${lowest}.`,
			);
	}
	return failures;
}

function perThousand(readings: readonly Reading[], kind: "slots" | "chunks"): number {
	const slopes: number[] = [];
	for (const [index, later] of readings.entries())
		for (const earlier of readings.slice(0, index))
			if (later.messages > earlier.messages)
				slopes.push((1000 * (later[kind] - earlier[kind])) / (later.messages - earlier.messages));
	if (slopes.length === 0) return 0;
	slopes.sort((a, b) => a - b);
	const middle = slopes.length / 2;
	const median = ((slopes[Math.floor(middle)] as number) + (slopes[Math.ceil(middle) - 1] as number)) / 2;
	return Number(median.toFixed(3));
}
