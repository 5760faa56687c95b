import type { PageData } from "./pagedata.js";

/** Bytes that are copied at a time. */
const piece = 1024;

/** FNV-1a, 32 bits, of all bytes of a page. native/checksum.c does the same without a copy, for devices. */
export function checksum(this: unknown, data: PageData): number {
	let sum = 0x811c9dc5 | 0;
	for (let start = 0; start < data.byteLength; start += piece) {
		const bytes = new Uint8Array(data.slice(start, start + piece));
		const { length } = bytes;
		for (let index = 0; index < length; index++) sum = Math.imul(sum ^ (bytes[index] as number), 0x01000193);
	}
	return sum;
}
