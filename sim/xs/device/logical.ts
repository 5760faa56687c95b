/** Stand-in for the SDK's `logical`: operations on whole buffers; the second operand is repeated. */

import { utf8 } from "./machine.js";

type Buffers = ArrayBuffer | ArrayBufferView;
type Source = number | string | Buffers;
type Operator = "xor" | "and" | "or";

/** Functions of XS that convert buffers to integers and back, in native code. The bytes are little-endian. */
const { fromArrayBuffer } = BigInt as unknown as {
	fromArrayBuffer(this: unknown, buffer: ArrayBuffer, signed: boolean, littleEndian: boolean): bigint;
};
const { fromBigInt } = ArrayBuffer as unknown as {
	fromBigInt(
		this: unknown,
		value: bigint,
		length: number,
		signed: boolean,
		littleEndian: boolean,
	): ArrayBuffer;
};

/** Length from which on one operation on a large integer is faster than a loop over words, in bytes. */
const integerFrom = 64;
/** Longest integer, in bytes. */
const longest = 16384;
/** Integers with a 1 in each word, by their length in bytes: times a word they are that word repeated. */
const ones = [256, 1024, 4096, longest].map((length) => {
	const words = new Uint32Array(length >> 2).fill(1);
	return { length, value: fromArrayBuffer.call(BigInt, words.buffer, false, true) };
});

function bytesOf(value: Buffers): Uint8Array {
	if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
	return new Uint8Array(value);
}

function operandOf(source: Source): Uint8Array {
	if (typeof source === "number") return Uint8Array.of(source);
	if (typeof source === "string") return utf8(source);
	if (typeof source === "object" && source !== null) return bytesOf(source);
	throw new Error("unsupported source");
}

function apply(operator: Operator, destination: Buffers, source: Source, count: number | undefined): void {
	let target = bytesOf(destination);
	const operand = operandOf(source);
	if (count !== undefined) {
		const wanted = Number(count) | 0;
		if (wanted <= 0 || wanted > target.byteLength) throw new RangeError("invalid count");
		target = target.subarray(0, wanted);
	}
	const { byteLength } = target;
	// Words begin at multiples of 4 in the buffer.
	const head = -target.byteOffset & 3;
	const end = head + ((byteLength - head) & ~3);
	if (end <= head || operand.byteLength !== 4) return applyToBytes(operator, target, operand, 0, byteLength);
	const words = new Int32Array(target.buffer, target.byteOffset + head, (end - head) >> 2);
	const key = wordAt(operand, head);
	applyToBytes(operator, target, operand, 0, head);
	if (end - head < integerFrom) applyToWords(operator, words, key);
	else applyToIntegers(operator, words, key);
	applyToBytes(operator, target, operand, end, byteLength);
}

/** The operand of four bytes as a word, when the first byte is that for `index`. */
function wordAt(operand: Uint8Array, index: number): number {
	let word = 0;
	for (let i = 3; i >= 0; i--) word = word * 256 + (operand[(index + i) & 3] as number);
	return word;
}

function applyToBytes(
	operator: Operator,
	target: Uint8Array,
	operand: Uint8Array,
	start: number,
	end: number,
): void {
	const period = operand.byteLength;
	for (let i = start, j = start % period; i < end; i++) {
		const byte = operand[j] as number;
		if (operator === "xor") (target[i] as number) ^= byte;
		else if (operator === "and") (target[i] as number) &= byte;
		else (target[i] as number) |= byte;
		if (++j === period) j = 0;
	}
}

function applyToWords(operator: Operator, words: Int32Array, key: number): void {
	const { length } = words;
	if (operator === "xor") for (let i = 0; i < length; i++) (words[i] as number) ^= key;
	else if (operator === "and") for (let i = 0; i < length; i++) (words[i] as number) &= key;
	else for (let i = 0; i < length; i++) (words[i] as number) |= key;
}

function applyToIntegers(operator: Operator, words: Int32Array, key: number): void {
	const { buffer, byteOffset, byteLength } = words;
	// Where these are longer than the words, the rest of the result is ignored.
	const repeated =
		ones.find(({ length }) => length >= byteLength)?.value ?? (ones.at(-1) as { value: bigint }).value;
	const keys = BigInt(key) * repeated;
	for (let offset = 0; offset < byteLength; offset += longest) {
		const length = Math.min(longest, byteLength - offset);
		const start = byteOffset + offset;
		const value = fromArrayBuffer.call(
			BigInt,
			buffer.slice(start, start + length) as ArrayBuffer,
			false,
			true,
		);
		const operated = operator === "xor" ? value ^ keys : operator === "and" ? value & keys : value | keys;
		words.set(
			new Int32Array(fromBigInt.call(ArrayBuffer, operated, length, false, true), 0, length >> 2),
			offset >> 2,
		);
	}
}

export default {
	xor(destination: Buffers, source: Source, count?: number): void {
		apply("xor", destination, source, count);
	},
	and(destination: Buffers, source: Source, count?: number): void {
		apply("and", destination, source, count);
	},
	or(destination: Buffers, source: Source, count?: number): void {
		apply("or", destination, source, count);
	},
	not(destination: Buffers, count?: number): void {
		apply("xor", destination, 0xff, count);
	},
};
