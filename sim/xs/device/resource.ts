/** Stand-in for the SDK's `Resource`: data that the app's manifest includes. */

import { resource } from "./machine.js";

export default class Resource {
	readonly #bytes: ArrayBuffer;

	constructor(path: string) {
		const bytes = resource(path);
		if (!bytes) throw new URIError(`Resource not found: ${path}`);
		this.#bytes = bytes;
	}

	static exists(path: string): boolean {
		return resource(path) !== undefined;
	}

	get byteLength(): number {
		return this.#bytes.byteLength;
	}

	/** Without `end` it returns no bytes, and a negative number is 0: the SDK's class passes both arguments on to C. */
	slice(begin: number, end: number): ArrayBuffer {
		const start = Math.max(begin | 0, 0);
		return this.#bytes.slice(start, Math.max(end | 0, start));
	}
}
