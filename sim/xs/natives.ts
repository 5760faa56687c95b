/** What native code computes for the device at once: digests and operations on whole buffers. */

import { createHash } from "node:crypto";
import { Logic } from "./protocol.js";

/** @param algorithm name as the SDK's `crypt` module has it, such as SHA1 */
export function digest(algorithm: string, octets: Uint8Array): Uint8Array {
	return createHash(algorithm).update(octets).digest();
}

/** Combines every octet with the operand, which is repeated as often as needed. */
export function combine(logic: Logic, octets: Uint8Array, operand: Uint8Array): Uint8Array {
	const combined = Uint8Array.from(octets);
	const period = operand.byteLength;
	for (let i = 0, j = 0; i < combined.byteLength; i++) {
		const octet = operand[j] as number;
		if (logic === Logic.Xor) (combined[i] as number) ^= octet;
		else if (logic === Logic.And) (combined[i] as number) &= octet;
		else (combined[i] as number) |= octet;
		if (++j === period) j = 0;
	}
	return combined;
}
