/** What is awaited like a promise, but settled when the test wants: also at once, as a promise never is. */

export type Resolve = (value?: unknown) => void;
export type Reject = (error: unknown) => void;

export class Thenable {
	readonly #subscribe: (resolve: Resolve, reject: Reject) => void;

	constructor(subscribe: (resolve: Resolve, reject: Reject) => void) {
		this.#subscribe = subscribe;
	}

	// biome-ignore lint/suspicious/noThenProperty: it is awaited
	then(resolve: Resolve, reject: Reject): void {
		this.#subscribe(resolve, reject);
	}
}
