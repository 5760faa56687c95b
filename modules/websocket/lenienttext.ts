import TextDecoder from "text/decoder";

/**
 * Returns the text of a binary message where text was expected: what is not UTF-8 becomes U+FFFD.
 * @param bytes The message, which is changed where the native decoder would take for characters what is none.
 */
export function lenientTextOf(bytes: ArrayBuffer): string {
	const view = new Uint8Array(bytes);
	replaceLone(view, 0xed);
	replaceLone(view, 0xf4);
	return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Replaces a byte that begins a character, where none continues it, by one that is none either. */
function replaceLone(bytes: Uint8Array, first: number): void {
	for (let index = bytes.indexOf(first); index >= 0; index = bytes.indexOf(first, index + 1))
		if (((bytes[index + 1] ?? 0) & 0xc0) !== 0x80) bytes[index] = 0xff;
}
