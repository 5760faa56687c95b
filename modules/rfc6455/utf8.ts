import TextDecoder from "text/decoder";

const streaming = Object.freeze({ stream: true });
// A byte order mark is part of the text here, not a mark.
const strict = Object.freeze({ fatal: true, ignoreBOM: true } as const);

/**
 * Decodes the text of one connection (RFC 6455 section 8.1): strict UTF-8, message after message, each in
 * one or more pieces. The native decoder does the work; what it leaves open is whether the beginning of a
 * character at the end of a piece can still become one, which is checked here, so that bad text is refused
 * at the first octet that makes it bad.
 */
export class TextReader {
	private readonly decoder = new TextDecoder("utf-8", strict);
	/** The unfinished character at the end of the last piece, as `advance` returns it; 0 for none. */
	private unfinished = 0;

	/**
	 * Decodes a piece of a message.
	 * @param octets The piece; only read, and only during the call.
	 * @param last True for the last piece of a message.
	 * @returns The text, without a character that the piece only begins.
	 * @throws TypeError when the octets are not, and cannot become, UTF-8.
	 */
	decode(octets: ArrayBuffer, last: boolean): string {
		if (last) {
			this.unfinished = 0;
			return this.decoder.decode(octets);
		}
		this.unfinished = advanceOverEnd(this.unfinished, new Uint8Array(octets));
		return this.decoder.decode(octets, streaming);
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

/** The state at the end of a piece: a character is at most four octets, so no more than three matter. */
function advanceOverEnd(state: number, octets: Uint8Array): number {
	const length = octets.length;
	let index = 0;
	if (length > 3) {
		state = 0;
		index = length - 3;
		while (index < length && ((octets[index] as number) & 0xc0) === 0x80) index++;
	}
	for (; index < length; index++) state = advance(state, octets[index] as number);
	return state;
}
