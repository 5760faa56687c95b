/** Valid and invalid UTF-8 (RFC 3629; Unicode 16, tables 3-6 and 3-7), and the position of the first invalid byte. */

export interface Utf8Vector {
	name: string;
	bytes: Buffer;
}

function vector(name: string, hex: string): Utf8Vector {
	return { name, bytes: Buffer.from(hex.replaceAll(" ", ""), "hex") };
}

export const validTexts: readonly Utf8Vector[] = [
	vector("the Greek word kosme", "ce ba e1 bd b9 cf 83 ce bc ce b5"),
	vector("letters of one, two, three and four bytes", "61 c3 bc e2 82 ac f0 9f 99 82 7a"),
	vector("U+0000", "00"),
	vector("U+007F, the last of one byte", "7f"),
	vector("U+0080, the first of two", "c2 80"),
	vector("U+07FF, the last of two", "df bf"),
	vector("U+0800, the first of three", "e0 a0 80"),
	vector("U+0FFF", "e0 bf bf"),
	vector("U+1000", "e1 80 80"),
	vector("U+D7FF, the last before the surrogates", "ed 9f bf"),
	vector("U+E000, the first after the surrogates", "ee 80 80"),
	vector("U+FFFD", "ef bf bd"),
	vector("U+FFFE, a noncharacter", "ef bf be"),
	vector("U+FFFF, the last of three", "ef bf bf"),
	vector("U+10000, the first of four", "f0 90 80 80"),
	vector("U+3FFFF", "f0 bf bf bf"),
	vector("U+40000", "f1 80 80 80"),
	vector("U+FFFFF", "f3 bf bf bf"),
	vector("U+100000", "f4 80 80 80"),
	vector("U+10FFFF, the last of all", "f4 8f bf bf"),
	vector("a byte order mark and a letter", "ef bb bf 41"),
	vector("a byte order mark alone", "ef bb bf"),
	vector("a byte order mark in the middle", "41 ef bb bf 42"),
	vector("every noncharacter at the end of a plane", "f0 9f bf be f0 9f bf bf f4 8f bf be f4 8f bf bf"),
	vector("characters of four bytes only", "f0 9f 99 82 f0 9f 98 80 f0 9f 8c 8d"),
];

export const invalidTexts: readonly Utf8Vector[] = [
	vector("a continuation byte alone, the lowest", "80"),
	vector("a continuation byte alone, the highest", "bf"),
	vector("two continuation bytes", "80 bf"),
	vector("a continuation byte after a letter", "61 80 62"),
	vector("C0, that begins nothing", "c0 80"),
	vector("C1, that begins nothing", "c1 bf"),
	vector("an overlong slash of two bytes", "c0 af"),
	vector("an overlong slash of three bytes", "e0 80 af"),
	vector("an overlong slash of four bytes", "f0 80 80 af"),
	vector("the last overlong one of three bytes", "e0 9f bf"),
	vector("the last overlong one of four bytes", "f0 8f bf bf"),
	vector("U+D800, the first surrogate", "ed a0 80"),
	vector("U+DBFF", "ed af bf"),
	vector("U+DC00", "ed b0 80"),
	vector("U+DFFF, the last surrogate", "ed bf bf"),
	vector("a pair of surrogates", "ed a0 bd ed b8 80"),
	vector("a surrogate in the middle", "ce ba e1 bd b9 ed a0 80 65 64"),
	vector("U+110000, the first past the last", "f4 90 80 80"),
	vector("U+13FFFF", "f4 bf bf bf"),
	vector("F5, that begins nothing", "f5 80 80 80"),
	vector("F8, of five bytes", "f8 88 80 80 80"),
	vector("FC, of six bytes", "fc 84 80 80 80 80"),
	vector("FE", "fe"),
	vector("FF", "ff"),
	vector("two bytes where the second is a letter", "c3 28"),
	vector("two bytes where the second begins another", "c3 c3 bc"),
	vector("three bytes where the second is a letter", "e2 28 a1"),
	vector("three bytes where the third is a letter", "e2 82 28"),
	vector("ED where the second is a letter", "ed 41 80"),
	vector("ED where the second is NUL", "61 ed 00 80 62"),
	vector("ED where the second is U+007F", "ed 7f bf"),
	vector("ED where the second begins another", "ed c3 bc"),
	vector("four bytes where the second is a letter", "f0 28 8c bc"),
	vector("F4 where the second is a letter", "f4 41 80 80"),
	vector("F4 where the second is NUL", "61 f4 00 80 80 62"),
	vector("F4 where the second is U+007F", "f4 7f bf bf"),
	vector("four bytes where the third is a letter", "f0 90 28 bc"),
	vector("four bytes where the fourth is a letter", "f0 90 8c 28"),
	vector("two bytes cut after the first", "61 c3"),
	vector("three bytes cut after the first", "e2"),
	vector("three bytes cut after the second", "e2 82"),
	vector("four bytes cut after the first", "f0"),
	vector("four bytes cut after the second", "f0 9f"),
	vector("four bytes cut after the third", "61 62 f0 9f 99"),
	vector("a long text that goes wrong at its end", `${"c3 bc".repeat(60)} ff`),
];

const completions = ["", "80", "90", "a0", "8080", "9080", "a080", "808080", "908080", "a08080"].map((hex) =>
	Buffer.from(hex, "hex"),
);

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Returns whether bytes are valid UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
	try {
		decoder.decode(bytes);
		return true;
	} catch {
		return false;
	}
}

/** Returns whether bytes are valid UTF-8 or a prefix of it: tries all kinds of continuations. */
export function canBecomeUtf8(bytes: Uint8Array): boolean {
	return completions.some((completion) => isUtf8(Buffer.concat([bytes, completion])));
}

/** Returns the index of the first invalid byte; the number of bytes if only the end is missing. */
export function firstBadByte(bytes: Uint8Array): number {
	for (let index = 0; index < bytes.length; index++)
		if (!canBecomeUtf8(bytes.subarray(0, index + 1))) return index;
	return bytes.length;
}
