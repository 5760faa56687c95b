/** Memory of an XS machine, measured in a snapshot of its heap, which the engine writes after collecting garbage. */

import { readFile } from "node:fs/promises";

/** Memory in use after a garbage collection; the engine's and the stand-ins' own is included. */
export interface Memory {
	/** Slots, of 32 octets each on a computer, of 16 on an ESP32. */
	slots: number;
	/** Octets of the chunks: strings, buffers, arrays, byte code. */
	chunks: number;
}

/** Octets of a slot on a computer. */
const slotSize = 32;
/** A part begins with its length, this header included, and a name of four letters. */
const headerSize = 8;

/** @param path of a heap snapshot */
export async function measureSnapshot(path: string): Promise<Memory> {
	const snapshot = await readFile(path);
	const memory: Memory = { slots: 0, chunks: 0 };
	// The parts stand inside one outer part.
	for (let offset = headerSize; offset + headerSize <= snapshot.byteLength; ) {
		const length = snapshot.readUInt32BE(offset);
		const name = snapshot.toString("latin1", offset + 4, offset + headerSize);
		if (name === "BLOC") memory.chunks = length - headerSize;
		if (name === "HEAP") memory.slots = (length - headerSize) / slotSize;
		offset += Math.max(length, headerSize);
	}
	return memory;
}
