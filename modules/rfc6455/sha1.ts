/**
 * SHA-1 (RFC 3174) and base64 (RFC 4648 section 4), as the opening handshake needs them: for two blocks of 64 bytes. The
 * SDK's `crypt` would take 28 KB of flash, because it has every cipher.
 */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Returns the SHA-1 of a message shorter than 2 MB, 20 bytes. */
export const sha1 = (message: ArrayBuffer): Uint8Array<ArrayBuffer> => {
	const length = message.byteLength;
	// RFC 3174 section 4: a bit, zeros, and the number of bits fill the last block.
	const size = (length + 72) & -64;
	const bytes = new Uint8Array(size);
	bytes.set(new Uint8Array(message));
	bytes[length] = 0x80;
	for (let index = 1; index <= 3; index++) bytes[size - index] = (length << 3) >> (8 * (index - 1));
	const state = [0x67452301, -0x10325477, -0x67452302, 0x10325476, -0x3c2d1e10];
	for (let start = 0; start < size; start += 64) addBlock(state, bytes, start);
	const digest = new Uint8Array(20);
	for (let index = 0; index < 20; index++)
		digest[index] = (state[index >> 2] as number) >> (24 - ((index & 3) << 3));
	return digest;
};

/** Adds the block from `start` on to the state (RFC 3174 section 6.2). */
const addBlock = (state: number[], bytes: Uint8Array, start: number): void => {
	// The last 16 words (RFC 3174 section 6.2), which take less memory than all 80.
	const words: number[] = [];
	let a = state[0] as number;
	let b = state[1] as number;
	let c = state[2] as number;
	let d = state[3] as number;
	let e = state[4] as number;
	for (let round = 0; round < 80; round++) {
		const place = round & 15;
		let word = 0;
		if (round < 16)
			for (let index = 0; index < 4; index++)
				word = (word << 8) | (bytes[start + 4 * round + index] as number);
		else {
			word =
				(words[place] as number) ^
				(words[(round + 2) & 15] as number) ^
				(words[(round + 8) & 15] as number) ^
				(words[(round + 13) & 15] as number);
			word = (word << 1) | (word >>> 31);
		}
		words[place] = word;
		let mixed = b ^ c ^ d;
		if (round < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
		else if (round < 40) mixed += 0x6ed9eba1;
		else if (round < 60) mixed = ((b & c) | (b & d) | (c & d)) - 0x70e44324;
		else mixed -= 0x359d3e2a;
		mixed = (mixed + ((a << 5) | (a >>> 27)) + e + word) | 0;
		e = d;
		d = c;
		c = (b << 30) | (b >>> 2);
		b = a;
		a = mixed;
	}
	state[0] = ((state[0] as number) + a) | 0;
	state[1] = ((state[1] as number) + b) | 0;
	state[2] = ((state[2] as number) + c) | 0;
	state[3] = ((state[3] as number) + d) | 0;
	state[4] = ((state[4] as number) + e) | 0;
};

/** Returns the base64 of bytes, with padding. */
export const base64 = (bytes: Uint8Array): string => {
	const { length } = bytes;
	let text = "";
	for (let index = 0; index < length; index += 3) {
		const value = ((bytes[index] as number) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
		for (let digit = 0; digit < 4; digit++)
			text += index + digit <= length ? alphabet.charAt((value >> (18 - 6 * digit)) & 63) : "=";
	}
	return text;
};
