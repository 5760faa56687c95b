/** The pauses between attempts: they grow exponentially, and are random (full jitter). */
export class Backoff {
	private readonly minimum: number;
	private readonly maximum: number;
	private readonly factor: number;
	private readonly jitter: number;
	/** Longest pause that next() had to choose from. */
	private ceiling: number;

	/**
	 * @param minimum Shortest pause, in milliseconds.
	 * @param maximum Longest pause, in milliseconds, not below the minimum.
	 * @param factor Growth of the longest pause to choose from, at least 1.
	 * @param jitter Part of the range from the longest pause down to the minimum that is left to chance, from 0 to 1.
	 */
	constructor(minimum: number, maximum: number, factor: number, jitter: number) {
		this.minimum = minimum;
		this.maximum = maximum;
		this.factor = factor;
		this.jitter = jitter;
		this.ceiling = minimum;
	}

	/** Returns the next pause. */
	next(): number {
		this.ceiling = Math.min(this.ceiling * this.factor, this.maximum);
		return this.choose(this.jitter * (this.ceiling - this.minimum));
	}

	/**
	 * Returns the pause after the server has reported that it restarts or is overloaded. It is in the upper half of the range, and
	 * so are the longest of the following pauses.
	 */
	nextLong(): number {
		this.ceiling = this.maximum;
		return this.choose((this.jitter * (this.maximum - this.minimum)) / 2);
	}

	/** Starts again with short pauses. */
	reset(): void {
		this.ceiling = this.minimum;
	}

	/** Returns a pause that is up to `range` shorter than the longest one. */
	private choose(range: number): number {
		return Math.ceil(this.ceiling) - Math.irandom(0, Math.floor(range) + 1);
	}
}
