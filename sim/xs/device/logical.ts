/** Stand-in for the SDK's `logical`: operations on whole buffers; the second operand is repeated. */

import { Logic, Query } from "../protocol.js";
import { WireWriter } from "../wire.js";
import { query, utf8 } from "./machine.js";

type Buffers = ArrayBuffer | ArrayBufferView;
type Source = number | string | Buffers;

/** From this size on, a query to the simulator is faster than a loop in the engine. */
const askFrom = 600;

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

/** Copies `source` to `target` of the same length, four bytes at a time: XS 13 copies element by element. */
function copy(source: Uint8Array, target: Uint8Array): void {
	const head = -target.byteOffset & 3;
	const tail = head + ((target.byteLength - head) & ~3);
	const words = source.buffer.slice(source.byteOffset + head, source.byteOffset + tail);
	new Uint32Array(target.buffer, target.byteOffset + head, words.byteLength >> 2).set(new Uint32Array(words));
	target.set(source.subarray(0, head));
	target.set(source.subarray(tail), tail);
}

function apply(logic: Logic, destination: Buffers, source: Source, count: number | undefined): void {
	let target = bytesOf(destination);
	const operand = operandOf(source);
	if (count !== undefined) {
		const wanted = Number(count) | 0;
		if (wanted <= 0 || wanted > target.byteLength) throw new RangeError("invalid count");
		target = target.subarray(0, wanted);
	}
	const length = target.byteLength;
	if (length >= askFrom) {
		const parameters = new WireWriter(length + 64).uint8(logic).bytes(target).bytes(operand);
		copy(query(Query.Combine, parameters).rest(), target);
		return;
	}
	const period = operand.byteLength;
	for (let i = 0, j = 0; i < length; i++) {
		const byte = operand[j] as number;
		if (logic === Logic.Xor) (target[i] as number) ^= byte;
		else if (logic === Logic.And) (target[i] as number) &= byte;
		else (target[i] as number) |= byte;
		if (++j === period) j = 0;
	}
}

export default {
	xor(destination: Buffers, source: Source, count?: number): void {
		apply(Logic.Xor, destination, source, count);
	},
	and(destination: Buffers, source: Source, count?: number): void {
		apply(Logic.And, destination, source, count);
	},
	or(destination: Buffers, source: Source, count?: number): void {
		apply(Logic.Or, destination, source, count);
	},
	not(destination: Buffers, count?: number): void {
		apply(Logic.Xor, destination, 0xff, count);
	},
};
