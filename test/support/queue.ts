import { Watch } from "./watch.js";

/** A queue of events that a test takes one by one, waiting if necessary. */
export class Queue<T> {
	/** Number of items so far. */
	count = 0;
	readonly #what: string;
	readonly #items: T[] = [];
	readonly #watch = new Watch();

	/** @param what Name of an item, for error messages. */
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
			() => `no further ${this.#what} arrived after ${this.count}`,
		);
	}
}
