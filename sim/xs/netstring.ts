/** Netstrings: the length in decimal digits, a colon, the octets, a comma. */

/** A netstring of a one-character prefix and octets. */
export function netstring(prefix: string, octets?: Uint8Array): Buffer {
	const start = Buffer.from(prefix);
	const length = start.byteLength + (octets?.byteLength ?? 0);
	return Buffer.concat([Buffer.from(`${length}:`), start, octets ?? new Uint8Array(0), comma]);
}

const comma = Buffer.from(",");
const colon = 0x3a;

/** Cuts a stream of octets into the messages in it. */
export class NetstringReader {
	#onMessage: (message: Buffer) => void;
	#chunks: Buffer[] = [];
	#length = 0;
	/** Octets needed before looking again. */
	#needed = 0;

	/** @param onMessage called for each message, with a view of the received octets */
	constructor(onMessage: (message: Buffer) => void) {
		this.#onMessage = onMessage;
	}

	push(chunk: Buffer): void {
		this.#chunks.push(chunk);
		this.#length += chunk.byteLength;
		if (this.#length < this.#needed) return;
		let octets = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
		this.#needed = 0;
		for (;;) {
			const start = octets.indexOf(colon) + 1;
			if (start === 0) break;
			const end = start + Number(octets.toString("latin1", 0, start - 1));
			if (octets.byteLength <= end) {
				this.#needed = end + 1;
				break;
			}
			const message = octets.subarray(start, end);
			octets = octets.subarray(end + 1);
			this.#onMessage(message);
		}
		this.#chunks = octets.byteLength ? [octets] : [];
		this.#length = octets.byteLength;
	}
}
