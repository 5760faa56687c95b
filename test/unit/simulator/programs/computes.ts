/** Computes logical operations on small and large buffers. */

import Logical from "logical";

const countedXor = Logical.xor as (
	target: ArrayBuffer | Uint8Array,
	source: Uint8Array,
	count: number,
) => void;

const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);
Logical.xor(bytes, Uint8Array.of(1, 2, 4).buffer);
trace(`xor ${bytes.join(" ")}\n`);
Logical.xor(bytes.subarray(2, 6), Uint8Array.of(255));
trace(`xor of a part ${bytes.join(" ")}\n`);
countedXor(bytes.buffer, Uint8Array.of(255), 2);
trace(`xor of a count ${bytes.join(" ")}\n`);
for (const count of [0, -1, 9])
	try {
		countedXor(bytes, Uint8Array.of(1), count);
		trace("fine\n");
	} catch (error) {
		trace(`count ${count}: ${(error as Error).name}\n`);
	}

const operators: Record<string, (byte: number, key: number) => number> = {
	xor: (byte, key) => byte ^ key,
	and: (byte, key) => byte & key,
	or: (byte, key) => byte | key,
};
const keys = [
	Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0x55),
	Uint8Array.of(0x91, 0xa2, 0xb3, 0xc4),
	Uint8Array.of(0, 0, 0, 0),
];

/** Applies an operator to a part of a buffer. Returns how many of its bytes are wrong. */
function wrongBytes(name: string, key: Uint8Array, start: number, length: number): number {
	const bytes = new Uint8Array(start + length + 2);
	for (let i = 0; i < bytes.length; i++) bytes[i] = i * 7;
	Logical[name as "xor"](bytes.subarray(start, start + length), key);
	const operator = operators[name] as (byte: number, key: number) => number;
	let wrong = 0;
	for (let i = 0; i < bytes.length; i++) {
		const byte = (i * 7) & 255;
		const inside = i >= start && i < start + length;
		if (bytes[i] !== (inside ? operator(byte, key[(i - start) % key.length] as number) : byte)) wrong++;
	}
	return wrong;
}

for (const name of Object.keys(operators))
	for (const length of [0, 1, 3, 4, 63, 64, 70, 257, 1030, 5000, 16384, 40000]) {
		let wrong = 0;
		for (const key of keys)
			for (let start = 0; start < 4; start++) wrong += wrongBytes(name, key, start, length);
		trace(`${name} on ${length}: ${wrong} wrong\n`);
	}

const bytesEqualToTheKey = new Uint8Array(400).fill(0x5a);
Logical.xor(bytesEqualToTheKey, Uint8Array.of(0x5a, 0x5a, 0x5a, 0x5a));
trace(`zeros ${bytesEqualToTheKey.every((byte) => byte === 0)}\n`);
