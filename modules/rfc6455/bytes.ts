/** Returns the bytes of a buffer, or of a view of any type. */
export const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array => {
	return ArrayBuffer.isView(data)
		? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
		: new Uint8Array(data);
};
