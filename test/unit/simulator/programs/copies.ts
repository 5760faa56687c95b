/** Copies short and long arrays of bytes, between all alignments. */

const lengths = [0, 10, 255, 256, 300, 5001];

function numbered(length: number): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(length);
	for (let i = 0; i < length; i++) bytes[i] = i * 7 + 1;
	return bytes;
}

/** Copies with set(). Returns how many bytes are wrong. */
function wrongAfterSet(length: number, from: number, to: number): number {
	const source = numbered(length + 4).subarray(from, from + length);
	const target = new Uint8Array(length + 8);
	target.subarray(1).set(source, to);
	let wrong = 0;
	for (let i = 0; i < target.length; i++) {
		const index = i - 1 - to;
		if (target[i] !== (index >= 0 && index < length ? source[index] : 0)) wrong++;
	}
	return wrong;
}

for (const length of lengths) {
	let wrong = 0;
	for (let from = 0; from < 4; from++)
		for (let to = 0; to < 4; to++) wrong += wrongAfterSet(length, from, to);
	trace(`set ${length}: ${wrong} wrong\n`);
	const copy = numbered(length + 3)
		.subarray(2)
		.slice(1);
	const expected = numbered(length + 3);
	trace(`slice ${length}: ${copy.length} ${copy.every((byte, index) => byte === expected[index + 3])}\n`);
	copy.fill(0);
}

const long = numbered(1000);
trace(`slice of the end ${long.slice(-300).length} ${long.slice(-300)[0] === long[700]}\n`);
trace(`slice of a part ${long.slice(100, -100).length}, of nothing ${long.slice(600, 300).length}\n`);
trace(`a slice is a copy ${long.slice(0, 500).buffer.byteLength} ${long.slice() !== long}\n`);
long.set(long.subarray(0, 500), 3);
trace(`overlapping ${numbered(500).every((byte, index) => long[index + 3] === byte)}\n`);
long.set(Array.from({ length: 400 }, () => 9));
trace(`of numbers ${long[399]} ${long[400] !== 9}\n`);
for (const offset of [1, -1])
	try {
		new Uint8Array(300).set(new Uint8Array(300), offset);
		trace("fine\n");
	} catch (error) {
		trace(`offset ${offset}: ${(error as Error).name}\n`);
	}
