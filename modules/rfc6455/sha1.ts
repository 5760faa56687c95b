/**
 * SHA-1 (RFC 3174) and base64 (RFC 4648 section 4), as the opening handshake needs them: for two blocks of 64 bytes. The
 * SDK's `crypt` would take 28 KB of flash, because it has every cipher.
 */

const enum Size {
	/** Bytes of a block, and of the message's length at the end of the last block. */
	block = 64,
	length = 8,
	digest = 20,
}

/** Constants of a quarter of the rounds (RFC 3174 section 5). */
const enum Round {
	first = 0x5a827999,
	second = 0x6ed9eba1,
	third = -0x70e44324,
	fourth = -0x359d3e2a,
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Returns the SHA-1 of a message shorter than 512 MB, 20 bytes. */
export function sha1(message: ArrayBuffer): Uint8Array<ArrayBuffer> {
	const length = message.byteLength;
	// RFC 3174 section 4: a bit, zeros, and the number of bits fill the last block.
	const size = (length + Size.length + Size.block) & -Size.block;
	const padded = new Uint8Array(size);
	padded.set(new Uint8Array(message));
	padded[length] = 0x80;
	const words = new DataView(padded.buffer);
	words.setUint32(size - 4, length * 8);
	const digest = new Uint8Array(Size.digest);
	const state = new DataView(digest.buffer);
	state.setInt32(0, 0x67452301);
	state.setInt32(4, -0x10325477);
	state.setInt32(8, -0x67452302);
	state.setInt32(12, 0x10325476);
	state.setInt32(16, -0x3c2d1e10);
	for (let start = 0; start < size; start += Size.block) addBlock(state, words, start);
	return digest;
}

/** Adds a block to the digest (RFC 3174 section 6.2), whose words it overwrites. */
function addBlock(state: DataView, words: DataView, start: number): void {
	let a = state.getInt32(0);
	let b = state.getInt32(4);
	let c = state.getInt32(8);
	let d = state.getInt32(12);
	let e = state.getInt32(16);
	const wordAt = (round: number): number => words.getInt32(start + ((round & 15) << 2));
	for (let round = 0; round < 80; round++) {
		let word = wordAt(round);
		if (round >= 16) {
			word ^= wordAt(round + 13) ^ wordAt(round + 8) ^ wordAt(round + 2);
			word = (word << 1) | (word >>> 31);
			words.setInt32(start + ((round & 15) << 2), word);
		}
		let mixed = b ^ c ^ d;
		if (round < 20) mixed = ((b & c) | (~b & d)) + Round.first;
		else if (round < 40) mixed += Round.second;
		else if (round < 60) mixed = ((b & c) | (b & d) | (c & d)) + Round.third;
		else mixed += Round.fourth;
		mixed = (mixed + ((a << 5) | (a >>> 27)) + e + word) | 0;
		e = d;
		d = c;
		c = (b << 30) | (b >>> 2);
		b = a;
		a = mixed;
	}
	state.setInt32(0, state.getInt32(0) + a);
	state.setInt32(4, state.getInt32(4) + b);
	state.setInt32(8, state.getInt32(8) + c);
	state.setInt32(12, state.getInt32(12) + d);
	state.setInt32(16, state.getInt32(16) + e);
}

/** Returns the base64 of bytes, with padding. */
export function base64(bytes: Uint8Array): string {
	const { length } = bytes;
	let text = "";
	for (let index = 0; index < length; index += 3) {
		const group = ((bytes[index] as number) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
		for (let digit = 0; digit < 4; digit++)
			text += index + digit <= length ? alphabet.charAt((group >> (18 - 6 * digit)) & 63) : "=";
	}
	return text;
}
