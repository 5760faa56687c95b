/** Judges whether the heap of the device grows during a soak test. */

/** Memory in use after a garbage collection without open connections, and the work done until then. */
export interface Reading {
	messages: number;
	reconnects: number;
	slots: number;
	/** Bytes of chunks. */
	chunks: number;
}

export interface Slope {
	slotsPerThousandMessages: number;
	chunksPerThousandMessages: number;
}

/** Allowed growth: tables have room for some more entries. */
const allowance = { slots: 64, chunks: 4096 };
/** Minimum number of readings to judge growth. */
export const fewestReadings = 6;

/** Description of the criterion, for users. */
export const rule = `The heap grows if the lowest reading of the last third is above the highest of the first third, and the slope (median of the slopes between all pairs of readings) multiplied by the number of messages exceeds ${allowance.slots} slots or ${allowance.chunks} bytes of chunks.`;

/** Median of the slopes between all pairs of readings (Theil-Sen estimator), which is robust against outliers. */
export function slopeOf(readings: readonly Reading[]): Slope {
	return {
		slotsPerThousandMessages: perThousand(readings, "slots"),
		chunksPerThousandMessages: perThousand(readings, "chunks"),
	};
}

/** Returns messages about growth or about too few readings; none if there is no growth. */
export function growthOf(readings: readonly Reading[]): string[] {
	if (readings.length < fewestReadings)
		return [`The heap was read ${readings.length} times; at least ${fewestReadings} readings are needed.`];
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
				`The heap grows by ${slope} ${kind === "slots" ? "slots" : "bytes of chunks"} per thousand messages: from at most ${highest} to at least ${lowest}.`,
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
