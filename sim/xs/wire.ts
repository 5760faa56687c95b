/**
 * Encoding of the values that the simulator and the XS machine exchange: little-endian, without padding. This
 * file runs on both sides.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Native function of XS that concatenates buffers with a single copy. */
const { concat } = ArrayBuffer.prototype as {
	concat?: (this: ArrayBuffer, ...others: ArrayBuffer[]) => ArrayBuffer;
};
/** Maximum number of buffers to join in one call: arguments are on the stack. */
const joinedAtOnce = 100;
/**
 * Values of at least this size stay in buffers of their own until take() joins them: XS 13 copies bytes into an
 * existing array one by one. Elsewhere copying is faster.
 */
const ownBufferFrom = concat ? 512 : Number.POSITIVE_INFINITY;

/** Joins buffers into one. Works only in the XS machine. */
export function join(buffers: readonly ArrayBuffer[]): ArrayBuffer {
	let joined = buffers[0] ?? new ArrayBuffer(0);
	for (let i = 1; i < buffers.length; i += joinedAtOnce)
		joined = (concat as NonNullable<typeof concat>).call(joined, ...buffers.slice(i, i + joinedAtOnce));
	return joined;
}

/** Length from which on copy() copies words, in bytes. */
const wordsFrom = 64;

/** Copies `source` to `target`, of the same length, four bytes at a time: XS 13 copies element by element. */
export function copy(source: Uint8Array, target: Uint8Array): void {
	if (target.byteLength < wordsFrom) {
		target.set(source);
		return;
	}
	const head = -target.byteOffset & 3;
	const tail = head + ((target.byteLength - head) & ~3);
	const words = source.buffer.slice(source.byteOffset + head, source.byteOffset + tail);
	new Int32Array(target.buffer, target.byteOffset + head, words.byteLength >> 2).set(new Int32Array(words));
	for (let i = 0; i < head; i++) target[i] = source[i] as number;
	for (let i = tail; i < target.byteLength; i++) target[i] = source[i] as number;
}

/** Writes values into a buffer that grows as needed and is reused after `take`. */
export class WireWriter {
	#bytes: Uint8Array<ArrayBuffer>;
	#view: DataView;
	#length = 0;
	/** Buffers that precede the values in `#bytes`; `#partsLength` is their total length. */
	#parts: ArrayBuffer[] = [];
	#partsLength = 0;

	/** @param capacity initial size in bytes */
	constructor(capacity = 4096) {
		this.#bytes = new Uint8Array(capacity);
		this.#view = new DataView(this.#bytes.buffer);
	}

	/** Number of bytes written since the last `take`. */
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

	/** Writes the number of bytes, then the bytes. */
	bytes(value: Uint8Array): this {
		this.uint32(value.byteLength);
		return this.raw(value);
	}

	/** Writes the length in bytes, then the string in UTF-8. */
	string(value: string): this {
		return this.bytes(encoder.encode(value));
	}

	/** Writes bytes without a length. */
	raw(value: Uint8Array): this {
		if (value.byteLength >= ownBufferFrom) return this.#part(value);
		this.#reserve(value.byteLength);
		this.#bytes.set(value, this.#length);
		this.#length += value.byteLength;
		return this;
	}

	/** Returns everything written since the last call, in a new buffer. */
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

/** Reads values from a buffer in the order in which they were written. */
export class WireReader {
	#bytes: Uint8Array;
	#view: DataView;
	#offset = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	/** True if there are unread values. */
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

	/** Reads bytes written by WireWriter.bytes(). Returns a view, not a copy. */
	bytes(): Uint8Array {
		const length = this.uint32();
		const value = this.#bytes.subarray(this.#offset, this.#offset + length);
		this.#offset += length;
		return value;
	}

	string(): string {
		return decoder.decode(this.bytes());
	}

	/** Returns a reader for bytes written by WireWriter.bytes(). */
	reader(): WireReader {
		return new WireReader(this.bytes());
	}

	/** Returns all remaining bytes as a view. */
	rest(): Uint8Array {
		const value = this.#bytes.subarray(this.#offset);
		this.#offset = this.#bytes.byteLength;
		return value;
	}
}
