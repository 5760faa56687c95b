/** Stand-in for the SDK's `crypt` in Node.js: SHA-1 only. */

import { createHash } from "node:crypto";

export class Digest {
	readonly #hash;

	constructor(algorithm: string) {
		this.#hash = createHash(algorithm);
	}

	write(data: string | ArrayBuffer): void {
		this.#hash.update(typeof data === "string" ? data : new Uint8Array(data));
	}

	close(): ArrayBuffer {
		return new Uint8Array(this.#hash.digest()).buffer;
	}
}
