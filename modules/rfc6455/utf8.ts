import TextDecoder from "text/decoder";

// Constants of the module: XS would search their objects for them at every call.
export const { fromArrayBuffer } = String;
const enum Size {
	/** Pieces of up to this size, in bytes, are checked byte by byte, which costs less than two native calls. */
	short = 16,
	/** Natives check this many bytes at a time: what they return is garbage, and must not take much memory. */
	stretch = 512,
}
// A byte order mark is part of the text.
const strict = Object.freeze({ fatal: true, ignoreBOM: true } as const);

/**
 * Returns a decoder of strict UTF-8 (RFC 6455 section 8.1). Bytes must have passed `fromArrayBuffer`: the decoder takes
 * some bytes after ED and F4 for continuations.
 */
export const strictDecoder = (): TextDecoder => {
	return new TextDecoder("utf-8", strict);
};

/** Returns whether bytes are strict UTF-8, whole characters only. */
export const isUtf8 = (bytes: Uint8Array<ArrayBuffer>): boolean => {
	const check = new Utf8Check();
	return check.push(bytes) && check.isWhole;
};

/**
 * Checks text that arrives in pieces (RFC 6455 section 8.1), so that it is refused at the first invalid byte.
 * Two natives do the work: String.fromArrayBuffer() checks the length of characters but accepts surrogates and the
 * like; the decoder checks which characters are allowed but takes some bytes after ED and F4 for continuations.
 * A character that is split between pieces is checked here.
 */
export class Utf8Check {
	/** State of the unfinished character at the end of the last piece, as `advance` returns it; 0 for none. */
	private unfinished: number;
	private decoder: TextDecoder | undefined;

	constructor() {
		this.unfinished = 0;
		this.decoder = undefined;
	}

	/** True when the last piece ended with a whole character. */
	get isWhole(): boolean {
		return this.unfinished === 0;
	}

	/**
	 * Checks the next piece.
	 * @param piece Only read, and only during the call.
	 * @returns False when the bytes are neither UTF-8 nor a prefix of it.
	 */
	push(piece: Uint8Array<ArrayBuffer>): boolean {
		const { length } = piece;
		try {
			if (length <= Size.short) this.advanceTo(length, piece, 0);
			else
				for (let start = 0; start < length; start += Size.stretch)
					this.pushStretch(piece, start, start + Size.stretch < length ? start + Size.stretch : length);
			return true;
		} catch {
			return false;
		}
	}

	/** Checks the bytes from `start` to `end` one by one. */
	private advanceTo(end: number, piece: Uint8Array<ArrayBuffer>, start: number): void {
		let state = this.unfinished;
		for (let index = start; index < end; index++) state = advance(state, piece[index] as number);
		this.unfinished = state;
	}

	/** Checks the bytes from `start` to `end`: whole characters with natives, the others byte by byte. */
	private pushStretch(piece: Uint8Array<ArrayBuffer>, start: number, end: number): void {
		let first = start;
		while (this.unfinished && first < end) this.advanceTo(first + 1, piece, first++);
		// A character has at most four bytes: an unfinished one begins among the last three.
		let last = end > first + 3 ? end - 3 : first;
		while (last < end && ((piece[last] as number) & 0xc0) === 0x80) last++;
		for (let index = last; index < end; index++) {
			if (this.unfinished === 0) last = index;
			this.advanceTo(index + 1, piece, index);
		}
		if (this.unfinished === 0) last = end;
		const whole = piece.buffer.slice(piece.byteOffset + first, piece.byteOffset + last);
		fromArrayBuffer(whole);
		this.decoder ??= strictDecoder();
		this.decoder.decode(whole);
	}
}

/**
 * Returns what an unfinished character may continue with, in one integer: the number of missing bytes (bits 0-1), and
 * the lowest and highest value of the next one (bits 8-15 and 16-23). See Unicode table 3-7.
 */
const expect = (missing: number, lowest: number, highest: number): number => {
	return missing | (lowest << 8) | (highest << 16);
};

/** Returns the state after `byte` in `state`. @throws TypeError when no character has these bytes. */
const advance = (state: number, byte: number): number => {
	if (state) {
		if (byte < ((state >> 8) & 255) || byte > state >> 16) throw new TypeError("invalid UTF-8");
		const missing = (state & 3) - 1;
		return missing ? expect(missing, 0x80, 0xbf) : 0;
	}
	if (byte < 0x80) return 0;
	if (byte < 0xc2 || byte > 0xf4) throw new TypeError("invalid UTF-8");
	if (byte < 0xe0) return expect(1, 0x80, 0xbf);
	if (byte < 0xf0) return expect(2, byte === 0xe0 ? 0xa0 : 0x80, byte === 0xed ? 0x9f : 0xbf);
	return expect(3, byte === 0xf0 ? 0x90 : 0x80, byte === 0xf4 ? 0x8f : 0xbf);
};
