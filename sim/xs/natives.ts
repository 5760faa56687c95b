/** Computations that are native on a device, and too slow in the engine: digests. */

import { createHash } from "node:crypto";

/** @param algorithm name used by the SDK's `crypt` module, such as SHA1 */
export function digest(algorithm: string, bytes: Uint8Array): Uint8Array {
	return createHash(algorithm).update(bytes).digest();
}
