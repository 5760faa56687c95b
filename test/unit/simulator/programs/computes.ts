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

for (const key of [Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0x55), Uint8Array.of(0x91, 0xa2, 0xb3, 0xc4)])
	for (const length of [1, 599, 600, 603, 70000]) {
		const much = new Uint8Array(length + 2);
		for (let i = 0; i < much.length; i++) much[i] = i * 7;
		Logical.xor(much.subarray(1, length + 1), key);
		let wrong = 0;
		for (let i = 0; i < much.length; i++) {
			const mask = i >= 1 && i <= length ? (key[(i - 1) % key.length] as number) : 0;
			if (much[i] !== (((i * 7) & 255) ^ mask)) wrong++;
		}
		trace(`${key.length} on ${length}: ${wrong} wrong\n`);
	}
