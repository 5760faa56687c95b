/** Netstrings: length in decimal digits, colon, bytes, comma. */

/** Makes a netstring from a one-character prefix and bytes. */
export function netstring(prefix: string, bytes?: Uint8Array): Buffer {
	const start = Buffer.from(prefix);
	const length = start.byteLength + (bytes?.byteLength ?? 0);
	return Buffer.concat([Buffer.from(`${length}:`), start, bytes ?? new Uint8Array(0), comma]);
}

const comma = Buffer.from(",");
const colon = 0x3a;

/** Splits a stream of bytes into messages. */
export class NetstringReader {
	#onMessage: (message: Buffer) => void;
	#chunks: Buffer[] = [];
	#length = 0;
	/** Bytes needed before the next message can be complete. */
	#needed = 0;

	/** @param onMessage called for each message, with a view of the received bytes */
	constructor(onMessage: (message: Buffer) => void) {
		this.#onMessage = onMessage;
	}

	push(chunk: Buffer): void {
		this.#chunks.push(chunk);
		this.#length += chunk.byteLength;
		if (this.#length < this.#needed) return;
		let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
		this.#needed = 0;
		for (;;) {
			const start = bytes.indexOf(colon) + 1;
			if (start === 0) break;
			const end = start + Number(bytes.toString("latin1", 0, start - 1));
			if (bytes.byteLength <= end) {
				this.#needed = end + 1;
				break;
			}
			const message = bytes.subarray(start, end);
			bytes = bytes.subarray(end + 1);
			this.#onMessage(message);
		}
		this.#chunks = bytes.byteLength ? [bytes] : [];
		this.#length = bytes.byteLength;
	}
}
