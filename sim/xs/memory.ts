/** Measures the memory of an XS machine in a heap snapshot, which the engine writes after a garbage collection. */

import { readFile } from "node:fs/promises";

/** Memory in use after a garbage collection, including that of the engine and of the stand-ins. */
export interface Memory {
	/** Slots in use: 32 bytes each on a computer, 16 on an ESP32. */
	slots: number;
	/** Bytes of chunks (strings, buffers, arrays, bytecode), including a header of 16 bytes for each. */
	chunks: number;
	/** Number of chunks. On a 32-bit device each has a header of 8 bytes instead of 16. */
	chunkCount: number;
}

/** Bytes per slot on a computer. */
const slotSize = 32;
/** Each atom begins with its length, including this header, and a name of four letters. */
const headerSize = 8;

/** @param path path of a heap snapshot */
export async function measureSnapshot(path: string): Promise<Memory> {
	const snapshot = await readFile(path);
	const memory: Memory = { slots: 0, chunks: 0, chunkCount: 0 };
	// All atoms are inside one outer atom.
	for (let offset = headerSize; offset + headerSize <= snapshot.byteLength; ) {
		const length = snapshot.readUInt32BE(offset);
		const name = snapshot.toString("latin1", offset + 4, offset + headerSize);
		if (name === "BLOC") {
			memory.chunks = length - headerSize;
			memory.chunkCount = countChunks(snapshot.subarray(offset + headerSize, offset + length));
		}
		if (name === "HEAP") memory.slots = (length - headerSize) / slotSize;
		offset += Math.max(length, headerSize);
	}
	return memory;
}

/** Each chunk begins with its length, including the header. */
function countChunks(chunks: Buffer): number {
	let count = 0;
	for (let offset = 0; offset < chunks.byteLength; count++)
		offset += Math.max(chunks.readUInt32LE(offset), 1);
	return count;
}
