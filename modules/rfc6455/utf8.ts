import TextDecoder from "text/decoder";

// By itself: XS would search its object for it at every call.
const { fromArrayBuffer } = String;
/** `text.charCodeAt(index)`, but for the object that XS makes of a string to find its properties, `length` included. */
const charCodeAt = Function.prototype.call.bind(String.prototype.charCodeAt) as (
	text: string,
	index: number,
) => number;
const streaming = Object.freeze({ stream: true });
// A byte order mark is part of the text here, not a mark.
const strict = Object.freeze({ fatal: true, ignoreBOM: true } as const);

/**
 * The text of octets that are ASCII, as most are, and need no further check.
 * @param count How many there are, at least 1.
 * @returns Undefined when there is more in them than ASCII.
 * @throws URIError or TypeError when a character has not the octets that it announces.
 */
export function asciiOf(octets: ArrayBuffer, count: number): string | undefined {
	const text = fromArrayBuffer(octets);
	// As many characters as octets.
	return charCodeAt(text, count - 1) >= 0 ? text : undefined;
}

/**
 * Decodes the text of one connection (RFC 6455 section 8.1): strict UTF-8, message after message, each in
 * one or more pieces. Native code does the work, and two natives are needed for it: String.fromArrayBuffer()
 * checks that characters have the octets that they announce, but lets surrogates and the like pass, and the
 * decoder checks what characters may be, but takes some octets behind ED and F4 for their continuation.
 * What both leave open is whether the beginning of a character at the end of a piece can still become one.
 * That is checked here, so that bad text is refused at the first octet that makes it bad.
 */
export class TextReader {
	/** The unfinished character at the end of the last piece, as `advance` returns it; 0 for none. */
	declare private unfinished: number;
	/** Made for the first text that is not plain ASCII. */
	declare private decoder?: TextDecoder;

	constructor() {
		this.unfinished = 0;
	}

	/**
	 * Decodes a piece of a message.
	 * @param octets The piece; only read, and only during the call.
	 * @param last True for the last piece of a message.
	 * @returns The text, without a character that the piece only begins.
	 * @throws TypeError when the octets are not, and cannot become, UTF-8.
	 */
	decode(octets: ArrayBuffer, last: boolean): string {
		if (last && this.unfinished === 0)
			return asciiOf(octets, octets.byteLength) ?? this.decodeChecked(octets);
		this.unfinished = checkPiece(this.unfinished, octets);
		if (!last) return this.native.decode(octets, streaming);
		this.unfinished = 0;
		return this.native.decode(octets);
	}

	/**
	 * Decodes octets that have passed the check of String.fromArrayBuffer().
	 * @throws TypeError when they are not UTF-8.
	 */
	decodeChecked(octets: ArrayBuffer): string {
		return this.native.decode(octets);
	}

	private get native(): TextDecoder {
		this.decoder ??= new TextDecoder("utf-8", strict);
		return this.decoder;
	}
}

/**
 * What an unfinished character may continue with, in one integer: how many octets are missing (bits 0-1), and
 * the lowest and the highest value of the next one (bits 8-15 and 16-23). See Unicode table 3-7.
 */
function expect(missing: number, lowest: number, highest: number): number {
	return missing | (lowest << 8) | (highest << 16);
}

/** The state after `octet` where `state` was reached. Throws where no character has these octets. */
function advance(state: number, octet: number): number {
	if (state) {
		if (octet < ((state >> 8) & 255) || octet > state >> 16) throw new TypeError("invalid UTF-8");
		const missing = (state & 3) - 1;
		return missing ? expect(missing, 0x80, 0xbf) : 0;
	}
	if (octet < 0x80) return 0;
	if (octet < 0xc2 || octet > 0xf4) throw new TypeError("invalid UTF-8");
	if (octet < 0xe0) return expect(1, 0x80, 0xbf);
	if (octet < 0xf0) return expect(2, octet === 0xe0 ? 0xa0 : 0x80, octet === 0xed ? 0x9f : 0xbf);
	return expect(3, octet === 0xf0 ? 0x90 : 0x80, octet === 0xf4 ? 0x8f : 0xbf);
}

/** The state at the end of a piece whose beginning continues `state`. Throws where no characters have these octets. */
function checkPiece(state: number, octets: ArrayBuffer): number {
	const view = new Uint8Array(octets);
	const length = view.length;
	let start = 0;
	while (state && start < length) state = advance(state, view[start++] as number);
	// A character has at most four octets: one that is unfinished begins among the last three.
	let end = length > start + 3 ? length - 3 : start;
	while (end < length && ((view[end] as number) & 0xc0) === 0x80) end++;
	for (let index = end; index < length; index++) {
		if (state === 0) end = index;
		state = advance(state, view[index] as number);
	}
	if (state === 0) end = length;
	fromArrayBuffer(octets.slice(start, end));
	return state;
}
