/** Stand-in for the SDK's `logical` module: operations on whole buffers, the second one repeated. */

type Source = number | string | ArrayBuffer | ArrayBufferView;
type Operator = (one: number, other: number) => number;

export default class Logical {
	static xor(destination: ArrayBuffer | ArrayBufferView, source: Source, count?: number): void {
		apply(destination, source, count, (one, other) => one ^ other);
	}

	static and(destination: ArrayBuffer | ArrayBufferView, source: Source, count?: number): void {
		apply(destination, source, count, (one, other) => one & other);
	}

	static or(destination: ArrayBuffer | ArrayBufferView, source: Source, count?: number): void {
		apply(destination, source, count, (one, other) => one | other);
	}

	static not(destination: ArrayBuffer | ArrayBufferView, count?: number): void {
		Logical.xor(destination, 0xff, count);
	}
}

function apply(
	destination: ArrayBuffer | ArrayBufferView,
	source: Source,
	count: number | undefined,
	operator: Operator,
): void {
	const target = octetsOf(destination);
	const operand = operandOf(source);
	let length = target.byteLength;
	if (count !== undefined) {
		const asked = Number(count) | 0;
		if (asked <= 0 || asked > length) throw new RangeError("invalid count");
		length = asked;
	}
	for (let i = 0, j = 0; i < length; i++) {
		target[i] = operator(target[i] as number, operand[j] as number);
		if (++j === operand.byteLength) j = 0;
	}
}

function operandOf(source: Source): Uint8Array {
	if (typeof source === "number") return Uint8Array.of(source);
	if (typeof source === "string") return octetsOf((ArrayBuffer as unknown as SDK).fromString(source));
	if (typeof source === "object" && source !== null) return octetsOf(source);
	throw new Error("unsupported source");
}

interface SDK {
	fromString(text: string): ArrayBuffer;
}

function octetsOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
	if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
	return new Uint8Array(value);
}
