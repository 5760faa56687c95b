import TextDecoder from "text/decoder";

// By itself: XS would search its object for it at every call.
const { fromArrayBuffer } = String;
/** `text.charCodeAt(index)`, but for the object that XS makes of a string to find its properties, `length` included. */
const charCodeAt = String.prototype.charCodeAt.call.bind(String.prototype.charCodeAt) as (
	text: string,
	index: number,
) => number;
const streaming = Object.freeze({ stream: true });
/** Pieces of up to so many bytes are checked byte by byte, which costs less than two calls of natives. */
const shortPiece = 16;
/** Natives check so many bytes at a time: what they return is dropped, and must not take much memory. */
const stretch = 512;
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

/** The text of bytes that were checked to be UTF-8, whole characters only. */
export function textOf(bytes: ArrayBuffer): string {
	return fromArrayBuffer(bytes);
}

/**
 * Checks text that comes in pieces (RFC 6455 section 8.1), so that it is refused at the first byte that makes it
 * invalid. Two natives do the work: String.fromArrayBuffer() checks that characters have the bytes that they announce,
 * but accepts surrogates and the like; the decoder checks what characters may be, but takes some bytes behind ED and F4
 * for their continuation. What both leave open is a character at the end of a piece: that is checked here.
 */
export class Utf8Check {
	/** The unfinished character at the end of the last piece, as `advance` returns it; 0 for none. */
	declare private unfinished: number;
	declare private decoder: TextDecoder | undefined;

	constructor() {
		this.unfinished = 0;
		this.decoder = undefined;
	}

	/** True when the last piece has ended with a whole character. */
	get isWhole(): boolean {
		return this.unfinished === 0;
	}

	/**
	 * Checks the next piece.
	 * @param piece Only read, and only during the call.
	 * @returns False when the bytes are not, and cannot become, UTF-8.
	 */
	push(piece: Uint8Array<ArrayBuffer>): boolean {
		const { length } = piece;
		try {
			if (length <= shortPiece) this.advanceTo(length, piece, 0);
			else
				for (let start = 0; start < length; start += stretch)
					this.pushStretch(piece, start, start + stretch < length ? start + stretch : length);
			return true;
		} catch {
			return false;
		}
	}

	/** Takes the bytes from `start` to `end` one by one. */
	private advanceTo(end: number, piece: Uint8Array<ArrayBuffer>, start: number): void {
		let state = this.unfinished;
		for (let index = start; index < end; index++) state = advance(state, piece[index] as number);
		this.unfinished = state;
	}

	/** Checks the bytes from `start` to `end`: the characters that are whole with natives, the others byte by byte. */
	private pushStretch(piece: Uint8Array<ArrayBuffer>, start: number, end: number): void {
		let first = start;
		while (this.unfinished && first < end) this.advanceTo(first + 1, piece, first++);
		// A character has at most four bytes: one that is unfinished begins among the last three.
		let last = end > first + 3 ? end - 3 : first;
		while (last < end && ((piece[last] as number) & 0xc0) === 0x80) last++;
		for (let index = last; index < end; index++) {
			if (this.unfinished === 0) last = index;
			this.advanceTo(index + 1, piece, index);
		}
		if (this.unfinished === 0) last = end;
		const whole = piece.buffer.slice(piece.byteOffset + first, piece.byteOffset + last);
		fromArrayBuffer(whole);
		this.decoder ??= new TextDecoder("utf-8", strict);
		this.decoder.decode(whole);
	}
}

/**
 * Decodes the text of one connection (RFC 6455 section 8.1): strict UTF-8, message after message, each in one or more
 * pieces.
 */
export class TextReader {
	/** The check of the message under way, when it comes in pieces. */
	declare private check: Utf8Check | undefined;
	/** Made for the first text that is not plain ASCII. */
	declare private decoder: TextDecoder | undefined;

	constructor() {
		this.check = this.decoder = undefined;
	}

	/**
	 * Decodes a piece of a message.
	 * @param bytes The piece; only read, and only during the call.
	 * @param last True for the last piece of a message.
	 * @returns The text, without a character that the piece only begins.
	 * @throws TypeError when the bytes are not, and cannot become, UTF-8.
	 */
	decode(bytes: ArrayBuffer, last: boolean): string {
		if (last && !this.check) return asciiOf(bytes, bytes.byteLength) ?? this.decodeChecked(bytes);
		this.check ??= new Utf8Check();
		if (!this.check.push(new Uint8Array(bytes)) || (last && !this.check.isWhole))
			throw new TypeError("invalid UTF-8");
		if (!last) return this.native.decode(bytes, streaming);
		this.check = undefined;
		return this.native.decode(bytes);
	}

	/**
	 * Decodes bytes that have passed the check of String.fromArrayBuffer().
	 * @throws TypeError when they are not UTF-8.
	 */
	decodeChecked(bytes: ArrayBuffer): string {
		return this.native.decode(bytes);
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
