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

	slice(begin: number, end?: number): ArrayBuffer {
		return this.#bytes.slice(begin, end);
	}
}
