import type { Transport } from "./transport.js";

/** Bytes that have been read from a transport, to be read again. */
export class HeldBytes implements Transport {
	private readonly bytes: ArrayBuffer;
	private position: number;

	/** @param position Where the bytes start. */
	constructor(bytes: ArrayBuffer, position: number) {
		this.bytes = bytes;
		this.position = position;
	}

	/** Number of bytes that are left. */
	get remaining(): number {
		return this.bytes.byteLength - this.position;
	}

	read(count: number): ArrayBuffer;
	read(buffer: Uint8Array): number;
	read(amount: number | Uint8Array): ArrayBuffer | number {
		const start = this.position;
		if (typeof amount === "number") {
			this.position = start + amount;
			return this.bytes.slice(start, start + amount);
		}
		const { length } = amount;
		this.position = start + length;
		amount.set(new Uint8Array(this.bytes, start, length));
		return length;
	}

	/** Held bytes are only read. */
	write(): undefined {}
}
