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
}

/**
 * Scratch memory for headers. All connections of a Client or Server share one, because nothing is kept between calls.
 */
export class Scratch {
	/** Eight bytes. */
	readonly header: DataView<ArrayBuffer>;
	/** Bytes 2 and 3. */
	readonly field: Uint8Array<ArrayBuffer>;
	/** Bytes 4 to 7. */
	readonly key: Uint8Array<ArrayBuffer>;
	/** From byte 2: a header with a 7-bit length. */
	readonly shortHeader: Uint8Array<ArrayBuffer>;
	/** From byte 0: a header with a 16-bit length. Made for the first one. */
	private mediumHeader?: Uint8Array<ArrayBuffer>;

	/** @param masks True for headers that end with a masking key: those of a client. */
	constructor(masks: boolean) {
		const bytes = new ArrayBuffer(8);
		this.header = new DataView(bytes);
		this.field = new Uint8Array(bytes, 2, 2);
		this.key = new Uint8Array(bytes, 4, 4);
		this.shortHeader = masks ? new Uint8Array(bytes, 2) : this.field;
	}

	/** From byte 0: a header with a 16-bit length. */
	get longHeader(): Uint8Array<ArrayBuffer> {
		this.mediumHeader ??= new Uint8Array(this.header.buffer, 0, this.shortHeader.length + 2);
		return this.mediumHeader;
	}
}

/**
 * Returns the longest payload of one frame that fits a window, in bytes; 0 when at most an empty frame fits.
 * @param window Send window of the socket, in bytes.
 * @param keySize Bytes of the masking key: 4 for a client, 0 for a server.
 */
export function payloadCapacity(window: number, keySize: number): number {
	const room = window - 2 - keySize;
	if (room <= Size.short) return room > 0 ? room : 0;
	if (room - 2 <= Size.short) return Size.short;
	if (room - 2 <= Size.medium) return room - 2;
	return room - 8 <= Size.medium ? Size.medium : room - 8;
}
