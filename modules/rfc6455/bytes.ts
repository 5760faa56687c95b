/** Returns the bytes of a buffer, or of a view of any type. */
export const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array => {
	return ArrayBuffer.isView(data)
		? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
		: new Uint8Array(data);
};

/** Returns data as native code takes it: a view whose elements have several bytes, such as a Float32Array, as one of bytes. */
export const nativeBytes = <Data extends ArrayBuffer | ArrayBufferView>(data: Data): Data | Uint8Array => {
	const { length } = data as Partial<Uint8Array>;
	return length === undefined || (length && length === data.byteLength) ? data : bytesOf(data);
};

/** A message to be sent: text, or bytes. */
export type MessageData = string | ArrayBuffer | ArrayBufferView;

/** Returns the bytes of a message. */
export const bytesOfMessage = (data: MessageData): Uint8Array => {
	return bytesOf(typeof data === "string" ? ArrayBuffer.fromString(data) : data);
};
