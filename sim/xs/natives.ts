/** Computations that are native on a device: operations on whole buffers. */

import { Logic } from "./protocol.js";

/** Combines each byte with the operand, which is repeated. */
export function combine(logic: Logic, bytes: Uint8Array, operand: Uint8Array): Uint8Array {
	const combined = new Uint8Array(bytes);
	const period = operand.byteLength;
	if (logic === Logic.Xor && period === 4) return mask(combined, operand);
	for (let i = 0, j = 0; i < combined.byteLength; i++) {
		const byte = operand[j] as number;
		if (logic === Logic.Xor) (combined[i] as number) ^= byte;
		else if (logic === Logic.And) (combined[i] as number) &= byte;
		else (combined[i] as number) |= byte;
		if (++j === period) j = 0;
	}
	return combined;
}

/** Masks as in RFC 6455 section 5.3, four bytes at a time. */
function mask(bytes: Uint8Array, key: Uint8Array): Uint8Array {
	const words = new Int32Array(bytes.buffer, 0, bytes.byteLength >> 2);
	const [word] = new Int32Array(Uint8Array.from(key).buffer);
	for (let i = 0; i < words.length; i++) (words[i] as number) ^= word as number;
	for (let i = words.length * 4; i < bytes.byteLength; i++) (bytes[i] as number) ^= key[i & 3] as number;
	return bytes;
}
