import { seedRandom } from "./seed.js";
import { base64, sha1 } from "./sha1.js";

/**
 * Returns a new `Sec-WebSocket-Key`: the base64 of 16 random bytes (RFC 6455 section 4.1). The random numbers are seeded
 * first: every client starts here, and masks its frames later.
 */
export const createKey = (): string => {
	seedRandom();
	const bytes = new Uint8Array(16);
	for (let index = 0; index < 16; index++) bytes[index] = Math.irandom(0, 256);
	return base64(bytes);
};

/** Returns whether a `Sec-WebSocket-Key` is the base64 of 16 bytes (RFC 6455 section 4.2.1). */
export const isKey = (key: string): boolean => {
	if (key.length !== 24 || !key.endsWith("==")) return false;
	for (let index = 0; index < 22; index++) {
		const code = key.charCodeAt(index);
		const letter = code | 32;
		// From "/" to "9", "+", and the letters.
		if (!((code >= 47 && code <= 57) || code === 43 || (letter >= 97 && letter <= 122))) return false;
	}
	return true;
};

/** Returns the `Sec-WebSocket-Accept` for a key (RFC 6455 section 4.2.2, item 5.4). */
export const acceptFor = (key: string): string => {
	// RFC 6455 section 1.3: both sides append this to the key.
	return base64(sha1(ArrayBuffer.fromString(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)));
};
