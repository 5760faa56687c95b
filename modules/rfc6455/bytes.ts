/** Returns the bytes of a buffer, or of a view of any type. */
export const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array => {
	return ArrayBuffer.isView(data)
		? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
		: new Uint8Array(data);
};

/** A message to be sent: text, or bytes. */
export type MessageData = string | ArrayBuffer | ArrayBufferView;

/** Returns the bytes of a message. */
export const bytesOfMessage = (data: MessageData): Uint8Array => {
	return bytesOf(typeof data === "string" ? ArrayBuffer.fromString(data) : data);
};
