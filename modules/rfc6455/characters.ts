/** Character rules of the opening handshake. Without regular expressions, which take 30 KB of flash on XS. */

const enum Code {
	blank = 32,
	A = 65,
	Z = 90,
	delete = 127,
	/** The bit that makes an ASCII letter lower case. */
	lower = 32,
}

const enum Size {
	/** Characters of a quoted text; the rest is cut off. */
	quote = 40,
}

/** Returns whether a byte is allowed in a token (RFC 9110 section 5.6.2). */
export const isTokenByte = (byte: number): boolean => {
	if (byte <= Code.blank || byte >= Code.delete) return false;
	// One bit per character, from 32, 64 and 96.
	const set = byte < 64 ? 0x3ff6cfa : byte < 96 ? -0x38000002 : 0x57ffffff;
	return ((set >> (byte & 31)) & 1) === 1;
};

/** Returns whether a string is a token (RFC 9110 section 5.6.2), as names of fields and subprotocols must be. */
export const isToken = (text: string): boolean => {
	const { length } = text;
	for (let index = 0; index < length; index++) if (!isTokenByte(text.charCodeAt(index))) return false;
	return length > 0;
};

/** Returns whether a byte is visible ASCII, from "!" to "~". */
export const isVisibleByte = (byte: number): boolean => {
	return byte > Code.blank && byte < Code.delete;
};

/** Returns whether a string has only visible ASCII and, if `blanks` is true, spaces and tabs. */
export const isVisible = (text: string, blanks = false): boolean => {
	const { length } = text;
	for (let index = 0; index < length; index++) {
		const code = text.charCodeAt(index);
		if (!isVisibleByte(code) && !(blanks && (code === Code.blank || code === 9))) return false;
	}
	return true;
};

/**
 * Returns a text for an error message: in quotes, on one line, in ASCII.
 * @param limit Characters shown; "..." stands for more.
 */
export const quote = (text: string, limit: number = Size.quote): string => {
	const shown = text.slice(0, limit);
	let quoted = '"';
	for (let index = 0; index < shown.length; index++) quoted += escaped(shown.charAt(index));
	return quoted + (text.length > limit ? '..."' : '"');
};

/** Returns a character as in a JavaScript string literal. */
const escaped = (character: string): string => {
	const code = character.codePointAt(0) as number;
	if (code === Code.blank || isVisibleByte(code)) return character;
	if (character === "\r") return "\\r";
	if (character === "\n") return "\\n";
	if (character === "\t") return "\\t";
	const digits = code.toString(16);
	return code < 0x100 ? `\\x${digits.padStart(2, "0")}` : `\\u{${digits}}`;
};

/** Returns a text with its ASCII letters in lower case. XS's own function has tables for all of Unicode, 12 KB of flash. */
export const lowerCase = (text: string): string => {
	const bytes = new Uint8Array(ArrayBuffer.fromString(text));
	const { length } = bytes;
	for (let index = 0; index < length; index++) {
		const byte = bytes[index] as number;
		if (byte >= Code.A && byte <= Code.Z) bytes[index] = byte | Code.lower;
	}
	return String.fromArrayBuffer(bytes.buffer);
};

/** Calls back with each non-empty item of a comma-separated list (RFC 9110 section 5.6.1). */
export const forEachItem = (list: string, callback: (item: string) => void): void => {
	for (let start = 0; start <= list.length; ) {
		const comma = list.indexOf(",", start);
		const end = comma < 0 ? list.length : comma;
		const item = list.slice(start, end).trim();
		if (item) callback(item);
		start = end + 1;
	}
};
