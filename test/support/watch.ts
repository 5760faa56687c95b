/** Timeout of every wait in milliseconds; generous, because it is not a performance limit. */
const defaultPatience = 20_000;

/** Lets tests wait for a condition; changed() checks it again. */
export class Watch {
	readonly #looks = new Set<() => void>();
	readonly #patience: number;

	/** @param patience Timeout of each wait, in milliseconds. */
	constructor(patience = defaultPatience) {
		this.#patience = patience;
	}

	/** Checks all conditions again. */
	changed(): void {
		for (const look of [...this.#looks]) look();
	}

	/**
	 * Waits until `look` returns a value other than undefined. `look` may throw to end the wait. `missing` describes what
	 * did not arrive before the timeout.
	 */
	until<T>(look: () => T | undefined, missing: () => string): Promise<T> {
		const patience = this.#patience;
		return new Promise((resolve, reject) => {
			const done = () => {
				this.#looks.delete(lookAgain);
				clearTimeout(timer);
			};
			const lookAgain = () => {
				try {
					const value = look();
					if (value === undefined) return;
					done();
					resolve(value);
				} catch (error) {
					done();
					reject(error);
				}
			};
			const timer = setTimeout(() => {
				done();
				reject(new Error(`${missing()} (waited ${patience / 1000} s)`));
			}, patience);
			this.#looks.add(lookAgain);
			lookAgain();
		});
	}
}
