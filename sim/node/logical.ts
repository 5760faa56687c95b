/** Stand-in for the SDK's `logical` in Node.js. */

function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
	return ArrayBuffer.isView(value)
		? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
		: new Uint8Array(value);
}

export default {
	/** XORs the first `count` bytes of `destination` with `source`, which is repeated. */
	xor(
		destination: ArrayBuffer | ArrayBufferView,
		source: ArrayBuffer | ArrayBufferView,
		count?: number,
	): void {
		const target = bytesOf(destination);
		const operand = bytesOf(source);
		if (count !== undefined && (count <= 0 || count > target.length)) throw new RangeError("invalid count");
		const length = count ?? target.length;
		for (let i = 0; i < length; i++)
			target[i] = (target[i] as number) ^ (operand[i % operand.length] as number);
	},
};
