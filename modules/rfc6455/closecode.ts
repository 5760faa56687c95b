/** Close codes that this implementation sends or reports (RFC 6455 section 7.4.1). */
export const enum CloseCode {
	normal = 1000,
	goingAway = 1001,
	protocolError = 1002,
	/** Reported when a close frame had no code; never sent. */
	noStatus = 1005,
	/** Reported when the connection ended without a close frame; never sent. */
	abnormal = 1006,
	invalidData = 1007,
	messageTooBig = 1009,
}

/**
 * Whether a close frame may carry a code (RFC 6455 section 7.4): those of the protocol and its registry
 * (1000-1003, 1007-1014), of libraries and frameworks (3000-3999) and of applications (4000-4999).
 */
export function isSendableCloseCode(code: number): boolean {
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/**
 * The payload of a close frame (RFC 6455 section 5.5.1).
 * @param reason Text of at most 123 octets in UTF-8; what is longer is cut off.
 */
export function closePayload(code: number, reason: string): Uint8Array<ArrayBuffer> {
	// Two octets are overwritten by the code.
	const payload = new Uint8Array(ArrayBuffer.fromString(`  ${reason.toWellFormed()}`));
	payload[0] = code >> 8;
	payload[1] = code;
	let length = 125;
	// Not inside a character: octets 10xxxxxx continue one.
	while (((payload[length] ?? 0) & 0xc0) === 0x80) length--;
	return payload.slice(0, length);
}
