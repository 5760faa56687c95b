import { Digest } from "crypt";

/** A key as section 4.1 asks for it: 16 random octets in base64. */
export function createKey(): string {
	return new Uint8Array(16).map(() => Math.irandom(0, 256)).toBase64();
}

/** Whether a `Sec-WebSocket-Key` is the base64 of 16 octets (RFC 6455 section 4.2.1). */
export function isKey(key: string): boolean {
	return /^[+/0-9A-Za-z]{22}==$/.test(key);
}

/** The `Sec-WebSocket-Accept` that answers a key (RFC 6455 section 4.2.2, item 5.4). */
export function acceptFor(key: string): string {
	const digest = new Digest("SHA1");
	// RFC 6455 section 1.3: what both sides append to the key.
	digest.write(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
	return new Uint8Array(digest.close()).toBase64();
}
