/** Decides how many octets of what was received a device gets to see at once. */

/** Pieces of `minimum` to `maximum` octets, drawn at random from `seed` on. */
export interface SplitReads {
	minimum: number;
	maximum: number;
	/** Default 1. The same seed gives the same pieces. */
	seed?: number;
}

/** Gives the size of the next piece. */
export type Splitter = () => number;

/** @param split octets of every piece, a range to draw from, true for single octets, false to leave all whole */
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
			`splitReads is ${JSON.stringify(split)}: it must be a number of octets from 1, or {minimum, maximum} with 1 <= minimum <= maximum.`,
		);
	const random = generator(seed);
	return () => minimum + Math.floor(random() * (maximum - minimum + 1));
}

/** Numbers from 0 up to 1, the same for the same seed: a counter through a mixing function. */
function generator(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x9e3779b9) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
		mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
		return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x100000000;
	};
}
