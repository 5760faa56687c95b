/** Splits received data into pieces for the device. */

/** Pieces of `minimum` to `maximum` bytes, chosen by a seeded random generator. */
export interface SplitReads {
	minimum: number;
	maximum: number;
	/** Default 1. The same seed gives the same pieces. */
	seed?: number;
}

/** Returns the size of the next piece. */
export type Splitter = () => number;

/** @param split size of each piece, a range of sizes, true for single bytes, false for no splitting */
export function makeSplitter(split: boolean | number | SplitReads): Splitter | undefined {
	if (split === false) return undefined;
	if (split === true) return () => 1;
	const {
		minimum,
		maximum,
		seed = 1,
	} = typeof split === "number" ? { minimum: split, maximum: split } : split;
	if (!(Number.isInteger(minimum) && Number.isInteger(maximum) && minimum >= 1 && maximum >= minimum))
		throw new RangeError(
			`splitReads is ${JSON.stringify(split)}: it must be a number of bytes (at least 1) or {minimum, maximum} with 1 <= minimum <= maximum.`,
		);
	const random = generator(seed);
	return () => minimum + Math.floor(random() * (maximum - minimum + 1));
}

/** Pseudo-random numbers from 0 to 1 (exclusive), made by mixing a counter. */
function generator(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x9e3779b9) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
		mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
		return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x100000000;
	};
}
