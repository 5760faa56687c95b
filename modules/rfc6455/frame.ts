/** Opcodes (RFC 6455 section 5.2). */
export const enum Opcode {
	continuation = 0,
	text = 1,
	binary = 2,
	close = 8,
	ping = 9,
	pong = 10,
}

/** First byte of a frame's header (RFC 6455 section 5.2): FIN, three reserved bits, the opcode. */
export const enum FirstByte {
	final = 0x80,
	reserved = 0x70,
	/** Set in the opcode of a control frame. */
	control = 0x08,
	opcode = 0x0f,
}

/** Second byte of a frame's header: MASK, and the 7-bit length or the marker of a longer one. */
export const enum SecondByte {
	masked = 0x80,
	length = 0x7f,
	length16 = 126,
	length64 = 127,
}

/** Sizes in bytes (RFC 6455 sections 5.2 and 5.5). */
export const enum Size {
	/** Longest payload of a control frame, and longest with a 7-bit length. */
	short = 125,
	/** Longest payload with a 16-bit length. */
	medium = 0xffff,
	/** Masking key. */
	key = 4,
	/** Longest header. */
	header = 14,
	/** Most bytes that are read at a time, or passed on as a piece of a message: a TCP segment on Ethernet and Wi-Fi. */
	segment = 1448,
}

/** Bits of the mode of decodeFrame(). */
export const enum Mode {
	/** Frames must be masked. */
	masked = 1,
	/** Text is returned as a string, otherwise as bytes. */
	strings = 2,
	/** Multiplied by the longest payload in bytes, which is at most 2047. */
	limit = 4,
}

/** Bits of `decoded`, which decodeFrame() sets. */
export const enum Decoded {
	/** Set for a binary frame. */
	binary = 1,
	/** Shift and mask of the length of the payload, in bytes. */
	length = 1,
	lengthMask = 0x7ff,
	/** Shift of the position of the next frame. */
	next = 12,
}

/** Returns the size of a frame's header, in bytes. @param masks True if it has a masking key. */
export const headerSize = (length: number, masks: boolean): number => {
	const size = length <= Size.short ? 2 : length <= Size.medium ? 4 : 10;
	return masks ? size + Size.key : size;
};

/**
 * Returns the longest payload of one frame that fits a window, in bytes; 0 when at most an empty frame fits.
 * @param window Send window of the socket, in bytes.
 * @param masks True for a client, whose frames have a masking key.
 */
export const payloadCapacity = (window: number, masks: boolean): number => {
	const room = masks ? window - 2 - Size.key : window - 2;
	if (room <= Size.short) return room > 0 ? room : 0;
	if (room - 2 <= Size.short) return Size.short;
	if (room - 2 <= Size.medium) return room - 2;
	return room - 8 <= Size.medium ? Size.medium : room - 8;
};
