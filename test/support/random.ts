/** Numbers for randomized tests: the same seed gives the same numbers. */
export class Random {
	#state: number;
	readonly seed: number;

	/** @param source A seed, or the name of an environment variable with one. If it is not set, a new seed is chosen. */
	constructor(source: string | number) {
		this.seed = Number(
			typeof source === "number" ? source : (process.env[source] ?? Math.floor(Math.random() * 2 ** 31)),
		);
		this.#state = this.seed >>> 0;
	}

	/** Returns a number from 0 to less than 1 (mulberry32). */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = this.#state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	/** Returns an integer from `from` to `to`, inclusive. */
	integer(from: number, to: number): number {
		return from + Math.floor(this.next() * (to - from + 1));
	}

	/** Returns `length` random bytes. */
	bytes(length: number): Buffer {
		return Buffer.from(Uint8Array.from({ length }, () => this.integer(0, 255)));
	}

	/** Returns one of `items`, with equal probability. */
	pick<T>(items: readonly T[]): T {
		return items[this.integer(0, items.length - 1)] as T;
	}

	/** Returns one of `choices`, with a probability proportional to its weight. */
	choose<T extends string>(choices: Record<T, number>): T {
		const entries = Object.entries(choices) as [T, number][];
		let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
		for (const [choice, weight] of entries) {
			rest -= weight;
			if (rest < 0) return choice;
		}
		return (entries.at(-1) as [T, number])[0];
	}
}
