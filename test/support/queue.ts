import { Watch } from "./watch.js";

/** Things that happen, for a test to take one after the other, waiting for those still to come. */
export class Queue<T> {
	/** How many have come so far. */
	count = 0;
	readonly #what: string;
	readonly #items: T[] = [];
	readonly #watch = new Watch();

	/** `what` is the word for one of them in an error. */
	constructor(what: string) {
		this.#what = what;
	}

	put(item: T): void {
		this.count++;
		this.#items.push(item);
		this.#watch.changed();
	}

	next(): Promise<T> {
		return this.#watch.until(
			() => this.#items.shift(),
			() => `no further ${this.#what} came after ${this.count}`,
		);
	}
}
