/** What native code computes for the device at once: digests and operations on whole buffers. */

import { createHash } from "node:crypto";
import { Logic } from "./protocol.js";

/** @param algorithm name as the SDK's `crypt` module has it, such as SHA1 */
export function digest(algorithm: string, octets: Uint8Array): Uint8Array {
	return createHash(algorithm).update(octets).digest();
}

/** Combines every octet with the operand, which is repeated as often as needed. */
export function combine(logic: Logic, octets: Uint8Array, operand: Uint8Array): Uint8Array {
	const combined = new Uint8Array(octets);
	const period = operand.byteLength;
	if (logic === Logic.Xor && period === 4) return mask(combined, operand);
	for (let i = 0, j = 0; i < combined.byteLength; i++) {
		const octet = operand[j] as number;
		if (logic === Logic.Xor) (combined[i] as number) ^= octet;
		else if (logic === Logic.And) (combined[i] as number) &= octet;
		else (combined[i] as number) |= octet;
		if (++j === period) j = 0;
	}
	return combined;
}

/** The masking of RFC 6455 section 5.3, four octets at a time. */
function mask(octets: Uint8Array, key: Uint8Array): Uint8Array {
	const words = new Int32Array(octets.buffer, 0, octets.byteLength >> 2);
	const [word] = new Int32Array(Uint8Array.from(key).buffer);
	for (let i = 0; i < words.length; i++) (words[i] as number) ^= word as number;
	for (let i = words.length * 4; i < octets.byteLength; i++) (octets[i] as number) ^= key[i & 3] as number;
	return octets;
}
