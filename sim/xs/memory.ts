/** Measures the memory of an XS machine in a heap snapshot, which the engine writes after a garbage collection. */

import { readFile } from "node:fs/promises";

/** Memory in use after a garbage collection, including that of the engine and of the stand-ins. */
export interface Memory {
	/** Slots in use. */
	slots: number;
	/** Bytes of chunks (strings, buffers, arrays, bytecode), including their headers. */
	chunks: number;
	/** Number of chunks. Each has a header of half a slot. */
	chunkCount: number;
	/** Bytes per slot: 16 on a device and on the engine for 32 bits, 32 on an engine for 64 bits. */
	slotSize: number;
}

/** Each atom begins with its length, including this header, and a name of four letters. */
const headerSize = 8;
/** Bytes per slot, and per header of a chunk, on a 32-bit device. */
const deviceSlot = 16;
const deviceHeader = 8;

/**
 * Returns the bytes that slots and chunks take on a 32-bit device. Where the engine has 64 bits this is an estimate:
 * arrays, whose elements are slots in a chunk, count with their size here.
 * @param slotSize bytes per slot of the engine that was measured
 */
export function bytesOnDevice(
	{ slots, chunks, chunkCount }: Omit<Memory, "slotSize">,
	slotSize: number,
): number {
	return slots * deviceSlot + chunks - chunkCount * (slotSize / 2 - deviceHeader);
}

/** @param path path of a heap snapshot */
export async function measureSnapshot(path: string): Promise<Memory> {
	const snapshot = await readFile(path);
	const memory: Memory = { slots: 0, chunks: 0, chunkCount: 0, slotSize: 0 };
	// All atoms are inside one outer atom. The version comes first.
	for (let offset = headerSize; offset + headerSize <= snapshot.byteLength; ) {
		const length = snapshot.readUInt32BE(offset);
		const name = snapshot.toString("latin1", offset + 4, offset + headerSize);
		// Three bytes of the engine's version, then the size of a slot, negative on big-endian computers.
		if (name === "VERS") memory.slotSize = Math.abs(snapshot.readInt8(offset + headerSize + 3));
		if (name === "BLOC") {
			memory.chunks = length - headerSize;
			memory.chunkCount = countChunks(snapshot.subarray(offset + headerSize, offset + length));
		}
		if (name === "HEAP") memory.slots = (length - headerSize) / memory.slotSize;
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
