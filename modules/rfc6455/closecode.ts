import { isUtf8 } from "./utf8.js";

/** Close codes that this implementation sends or reports (RFC 6455 section 7.4.1). */
export const enum CloseCode {
	normal = 1000,
	goingAway = 1001,
	protocolError = 1002,
	/** Reported when a close frame has no code; never sent. */
	noStatus = 1005,
	/** Reported when the connection ended without a close frame; never sent. */
	abnormal = 1006,
	invalidData = 1007,
	messageTooBig = 1009,
}

/** A violation of the protocol: the close code to send, and a sentence. */
export interface Violation {
	readonly code: CloseCode;
	readonly message: string;
}

/**
 * Returns whether a close frame may carry a code (RFC 6455 section 7.4): those of the protocol and its registry
 * (1000-1003, 1007-1014), of libraries and frameworks (3000-3999) and of applications (4000-4999).
 */
export const isSendableCloseCode = (code: number): boolean => {
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
};

/**
 * Returns the payload of a close frame (RFC 6455 section 5.5.1).
 * @param reason At most 123 bytes in UTF-8; the rest is cut off.
 */
export const closePayload = (code: number, reason: string): Uint8Array<ArrayBuffer> => {
	// The code overwrites the two spaces.
	const payload = new Uint8Array(ArrayBuffer.fromString(`  ${reason.toWellFormed()}`));
	payload[0] = code >> 8;
	payload[1] = code;
	let length = 125;
	// Cut between characters: 10xxxxxx continues one.
	while (((payload[length] ?? 0) & 0xc0) === 0x80) length--;
	return payload.slice(0, length);
};

/** Returns the code in the payload of a close frame; 1005 when it has none (RFC 6455 section 7.1.5). */
export const closeCodeOf = (payload: Uint8Array): number => {
	return payload.length < 2 ? CloseCode.noStatus : ((payload[0] as number) << 8) | (payload[1] as number);
};

/** Returns the reason in a payload that closeViolation() has passed (RFC 6455 section 7.1.6). */
export const closeReasonOf = (payload: Uint8Array<ArrayBuffer>): string => {
	return payload.length < 3 ? "" : String.fromArrayBuffer(payload.slice(2).buffer);
};

/** Returns what is wrong with the payload of a received close frame, if anything (RFC 6455 section 5.5.1). */
export const closeViolation = (payload: Uint8Array<ArrayBuffer>): Violation | undefined => {
	if (payload.length === 0) return undefined;
	if (payload.length === 1)
		return {
			code: CloseCode.protocolError,
			message: "the payload of a close frame has 1 byte; a close code has 2",
		};
	const code = closeCodeOf(payload);
	if (!isSendableCloseCode(code))
		return { code: CloseCode.protocolError, message: `the close code ${code} must not be sent` };
	if (isUtf8(payload.slice(2))) return undefined;
	return { code: CloseCode.invalidData, message: "the reason of a close frame is not UTF-8" };
};
