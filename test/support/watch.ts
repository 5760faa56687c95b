/** Timeout of every wait in milliseconds; generous, because it is not a performance limit. */
const defaultPatience = 20_000;

/** Lets tests wait for a condition; changed() checks it again. */
export class Watch {
	readonly #looks = new Set<() => void>();
	readonly #patience: number;

	/** @param patience how long a wait may take, in milliseconds */
	constructor(patience = defaultPatience) {
		this.#patience = patience;
	}

	/** Checks all conditions again. */
	changed(): void {
		for (const look of [...this.#looks]) look();
	}

	/**
	 * What `look` gives, as soon as that is not undefined. `look` may throw to end the wait; `missing` tells
	 * what did not come when patience ends.
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
