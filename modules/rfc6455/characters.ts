/** What the characters of an opening handshake may be. No regular expressions: XS needs 30 KB of flash for them. */

const enum Code {
	blank = 32,
	delete = 127,
}

/** Quoted texts are cut off behind so many characters. */
const longestQuote = 40;

/** Whether a byte may stand in a token (RFC 9110 section 5.6.2). */
export function isTokenByte(byte: number): boolean {
	if (byte <= Code.blank || byte >= Code.delete) return false;
	// One bit for each character: from 32 on, from 64 on, and from 96 on.
	const set = byte < 64 ? 0x3ff6cfa : byte < 96 ? -0x38000002 : 0x57ffffff;
	return ((set >> (byte & 31)) & 1) === 1;
}

/** Whether a string is a token (RFC 9110 section 5.6.2), as names of fields and subprotocols must be. */
export function isToken(text: string): boolean {
	const { length } = text;
	for (let index = 0; index < length; index++) if (!isTokenByte(text.charCodeAt(index))) return false;
	return length > 0;
}

/** Whether a byte is visible ASCII, from "!" to "~". */
export function isVisibleByte(byte: number): boolean {
	return byte > Code.blank && byte < Code.delete;
}

/** Whether a string holds nothing but visible ASCII and, where `blanks` says so, spaces and tabs. */
export function isVisible(text: string, blanks = false): boolean {
	const { length } = text;
	for (let index = 0; index < length; index++) {
		const code = text.charCodeAt(index);
		if (!isVisibleByte(code) && !(blanks && (code === Code.blank || code === 9))) return false;
	}
	return true;
}

/**
 * A text as error messages show it: in quotes, on one line, in ASCII.
 * @param limit Characters shown; "..." stands for more.
 */
export function quote(text: string, limit = longestQuote): string {
	const cut = text.length > limit;
	const shown = cut ? text.slice(0, limit) : text;
	const end = cut ? '..."' : '"';
	if (isVisible(shown.replaceAll(" ", ""))) return `"${shown}${end}`;
	let quoted = '"';
	for (let index = 0; index < shown.length; index++) quoted += escaped(shown.charAt(index));
	return quoted + end;
}

/** A character as JavaScript would write it in a string. */
function escaped(character: string): string {
	const code = character.codePointAt(0) as number;
	if (code === Code.blank || isVisibleByte(code)) return character;
	if (character === "\r") return "\\r";
	if (character === "\n") return "\\n";
	if (character === "\t") return "\\t";
	const digits = code.toString(16);
	return code < 0x100 ? `\\x${digits.padStart(2, "0")}` : `\\u{${digits}}`;
}

/** Calls back with each item of a comma-separated list (RFC 9110 section 5.6.1) that is not empty. */
export function forEachItem(list: string, callback: (item: string) => void): void {
	for (let start = 0; start <= list.length; ) {
		const comma = list.indexOf(",", start);
		const end = comma < 0 ? list.length : comma;
		const item = list.slice(start, end).trim();
		if (item) callback(item);
		start = end + 1;
	}
}
