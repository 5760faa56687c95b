/**
 * The octets that the simulator and the XS machine exchange: plain values in little-endian order, one after
 * another, without padding. This file runs on both sides.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Native code of XS: one copy for all. */
const { concat } = ArrayBuffer.prototype as {
	concat?: (this: ArrayBuffer, ...others: ArrayBuffer[]) => ArrayBuffer;
};
/** The most that are joined at a time: they stand on the stack. */
const joinedAtOnce = 100;
/**
 * From so many octets on, they stay in a buffer of their own until everything is joined: this XS copies them one
 * by one into an array that is there already. Elsewhere that is the quickest way.
 */
const ownBufferFrom = concat ? 512 : Number.POSITIVE_INFINITY;

/** Joins buffers into one. Only in the XS machine. */
export function join(buffers: readonly ArrayBuffer[]): ArrayBuffer {
	let joined = buffers[0] ?? new ArrayBuffer(0);
	for (let i = 1; i < buffers.length; i += joinedAtOnce)
		joined = (concat as NonNullable<typeof concat>).call(joined, ...buffers.slice(i, i + joinedAtOnce));
	return joined;
}

/** Collects values into one buffer that grows as needed and is reused after every `take`. */
export class WireWriter {
	#bytes: Uint8Array<ArrayBuffer>;
	#view: DataView;
	#length = 0;
	/** What goes before the values in `bytes`, and the octets of it. */
	#parts: ArrayBuffer[] = [];
	#partsLength = 0;

	/** @param capacity octets to begin with */
	constructor(capacity = 4096) {
		this.#bytes = new Uint8Array(capacity);
		this.#view = new DataView(this.#bytes.buffer);
	}

	/** Octets written since the last `take`. */
	get length(): number {
		return this.#partsLength + this.#length;
	}

	uint8(value: number): this {
		this.#reserve(1);
		this.#view.setUint8(this.#length, value);
		this.#length += 1;
		return this;
	}

	uint16(value: number): this {
		this.#reserve(2);
		this.#view.setUint16(this.#length, value, true);
		this.#length += 2;
		return this;
	}

	uint32(value: number): this {
		this.#reserve(4);
		this.#view.setUint32(this.#length, value, true);
		this.#length += 4;
		return this;
	}

	float64(value: number): this {
		this.#reserve(8);
		this.#view.setFloat64(this.#length, value, true);
		this.#length += 8;
		return this;
	}

	/** Octets preceded by their count. */
	octets(value: Uint8Array): this {
		this.uint32(value.byteLength);
		return this.raw(value);
	}

	/** A string as UTF-8, preceded by its length in octets. */
	string(value: string): this {
		return this.octets(encoder.encode(value));
	}

	/** Octets as they are. */
	raw(value: Uint8Array): this {
		if (value.byteLength >= ownBufferFrom) return this.#part(value);
		this.#reserve(value.byteLength);
		this.#bytes.set(value, this.#length);
		this.#length += value.byteLength;
		return this;
	}

	/** Everything written since the last call, in a buffer of its own. */
	take(): ArrayBuffer {
		const taken = this.#bytes.buffer.slice(0, this.#length);
		this.#length = 0;
		if (this.#partsLength === 0) return taken;
		this.#parts.push(taken);
		const joined = join(this.#parts);
		this.#parts = [];
		this.#partsLength = 0;
		return joined;
	}

	#part(value: Uint8Array): this {
		const { buffer, byteOffset, byteLength } = value;
		const before = this.#bytes.buffer.slice(0, this.#length);
		this.#parts.push(before, buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
		this.#partsLength += this.#length + byteLength;
		this.#length = 0;
		return this;
	}

	#reserve(count: number): void {
		const needed = this.#length + count;
		if (needed <= this.#bytes.byteLength) return;
		const grown = new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2));
		grown.set(this.#bytes.subarray(0, this.#length));
		this.#bytes = grown;
		this.#view = new DataView(grown.buffer);
	}
}

/** Takes values out of a received buffer in the order in which they were written. */
export class WireReader {
	#bytes: Uint8Array;
	#view: DataView;
	#offset = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	/** Whether anything is left. */
	get more(): boolean {
		return this.#offset < this.#bytes.byteLength;
	}

	uint8(): number {
		return this.#view.getUint8(this.#offset++);
	}

	uint16(): number {
		const value = this.#view.getUint16(this.#offset, true);
		this.#offset += 2;
		return value;
	}

	uint32(): number {
		const value = this.#view.getUint32(this.#offset, true);
		this.#offset += 4;
		return value;
	}

	float64(): number {
		const value = this.#view.getFloat64(this.#offset, true);
		this.#offset += 8;
		return value;
	}

	/** Octets written by `octets`: a view of the received buffer, not a copy. */
	octets(): Uint8Array {
		const length = this.uint32();
		const value = this.#bytes.subarray(this.#offset, this.#offset + length);
		this.#offset += length;
		return value;
	}

	string(): string {
		return decoder.decode(this.octets());
	}

	/** A reader of octets written by `octets`. */
	reader(): WireReader {
		return new WireReader(this.octets());
	}

	/** Everything that is left, as a view of the received buffer. */
	rest(): Uint8Array {
		const value = this.#bytes.subarray(this.#offset);
		this.#offset = this.#bytes.byteLength;
		return value;
	}
}
