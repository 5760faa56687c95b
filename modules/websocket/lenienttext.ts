import TextDecoder from "text/decoder";

/**
 * Returns the text of a binary message where text was expected: bytes that are not UTF-8 become U+FFFD.
 * @param bytes The message. Bytes that the native decoder would wrongly accept are changed.
 */
export const lenientTextOf = (bytes: ArrayBuffer): string => {
	const view = new Uint8Array(bytes);
	replaceLone(view, 0xed);
	replaceLone(view, 0xf4);
	return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
};

/** Replaces a first byte that no continuation follows by a byte that is never valid. */
const replaceLone = (bytes: Uint8Array, first: number): void => {
	for (let index = bytes.indexOf(first); index >= 0; index = bytes.indexOf(first, index + 1))
		if (((bytes[index + 1] ?? 0) & 0xc0) !== 0x80) bytes[index] = 0xff;
};
