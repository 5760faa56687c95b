/** Opcodes (RFC 6455 section 5.2). */
export const enum Opcode {
	continuation = 0,
	text = 1,
	binary = 2,
	close = 8,
	ping = 9,
	pong = 10,
}

/** The first octet of a frame's header (RFC 6455 section 5.2): FIN, three reserved bits, the opcode. */
export const enum FirstOctet {
	final = 0x80,
	reserved = 0x70,
	/** Set in the opcode of a control frame. */
	control = 0x08,
	opcode = 0x0f,
}

/** The second octet of a frame's header: MASK and the 7-bit length, or what stands for a longer one. */
export const enum SecondOctet {
	masked = 0x80,
	length = 0x7f,
	length16 = 126,
	length64 = 127,
}

/** Lengths of RFC 6455 section 5.2 and 5.5. */
export const enum Limit {
	/** The longest payload of a control frame, and the longest that a 7-bit length tells. */
	short = 125,
	/** The longest payload that a 16-bit length tells. */
	medium = 0xffff,
	/** The octets of a masking key. */
	key = 4,
	/** The octets of the longest header. */
	header = 14,
}

/**
 * The longest payload of one frame that fits a window.
 * @param window What the socket takes now, in octets.
 * @param key Octets of the masking key: 4 for a client, 0 for a server.
 * @returns Octets of payload; 0 when not even an empty frame or only that fits.
 */
export function payloadCapacity(window: number, key: number): number {
	const room = window - 2 - key;
	if (room <= Limit.short) return room > 0 ? room : 0;
	if (room - 2 <= Limit.short) return Limit.short;
	if (room - 2 <= Limit.medium) return room - 2;
	return room - 8 <= Limit.medium ? Limit.medium : room - 8;
}
