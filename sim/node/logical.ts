/** Stand-in for the SDK's `logical` in Node. */

function octetsOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
	return ArrayBuffer.isView(value)
		? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
		: new Uint8Array(value);
}

export default {
	/** Combines each octet of `destination` with one of `source`, which is repeated, for `count` octets. */
	xor(
		destination: ArrayBuffer | ArrayBufferView,
		source: ArrayBuffer | ArrayBufferView,
		count?: number,
	): void {
		const target = octetsOf(destination);
		const operand = octetsOf(source);
		if (count !== undefined && (count <= 0 || count > target.length)) throw new RangeError("invalid count");
		const length = count ?? target.length;
		for (let i = 0; i < length; i++)
			target[i] = (target[i] as number) ^ (operand[i % operand.length] as number);
	},
};
