/** Memory of an XS machine, measured in a snapshot of its heap, which the engine writes after collecting garbage. */

import { readFile } from "node:fs/promises";

/** Memory in use after a garbage collection; the engine's and the stand-ins' own is included. */
export interface Memory {
	/** Slots, of 32 octets each on a computer, of 16 on an ESP32. */
	slots: number;
	/** Octets of the chunks: strings, buffers, arrays, byte code. The header of each, 16 octets, is included. */
	chunks: number;
	/** How many chunks there are: on a device of 32 bits each has a header of 8 octets only. */
	chunkCount: number;
}

/** Octets of a slot on a computer. */
const slotSize = 32;
/** A part begins with its length, this header included, and a name of four letters. */
const headerSize = 8;

/** @param path of a heap snapshot */
export async function measureSnapshot(path: string): Promise<Memory> {
	const snapshot = await readFile(path);
	const memory: Memory = { slots: 0, chunks: 0, chunkCount: 0 };
	// The parts stand inside one outer part.
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

/** Each chunk begins with its length, header included. */
function countChunks(chunks: Buffer): number {
	let count = 0;
	for (let offset = 0; offset < chunks.byteLength; count++)
		offset += Math.max(chunks.readUInt32LE(offset), 1);
	return count;
}
