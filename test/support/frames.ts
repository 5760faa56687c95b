/** WebSocket frames for tests (RFC 6455, 5.2): written apart from the module, and able to be wrong on purpose. */

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
	fin: boolean;
	opcode: number;
	masked: boolean;
	payload: Buffer;
}

export interface FrameOptions {
	/** Default true. */
	fin?: boolean;
	/** Mask the payload, as a client must. Default false. */
	mask?: boolean;
	/** The three reserved bits, 0 to 7. Default 0. */
	rsv?: number;
	/** Announce this payload length, whatever the payload's is. */
	length?: number;
}

/** The octets of a frame. */
export function frame(opcode: number, payload: string | Uint8Array = "", options: FrameOptions = {}): Buffer {
	const octets = Buffer.from(payload as string);
	const length = options.length ?? octets.length;
	const first = (options.fin === false ? 0 : 0x80) | ((options.rsv ?? 0) << 4) | opcode;
	const maskBit = options.mask ? 0x80 : 0;
	let head: Buffer;
	if (length < 126) {
		head = Buffer.from([first, maskBit | length]);
	} else if (length < 65536) {
		head = Buffer.from([first, maskBit | 126, length >> 8, length & 0xff]);
	} else {
		head = Buffer.alloc(10);
		head[0] = first;
		head[1] = maskBit | 127;
		head.writeBigUInt64BE(BigInt(length), 2);
	}
	if (!options.mask) return Buffer.concat([head, octets]);
	const key = Buffer.from([0x12, 0x34, 0x56, 0x78]);
	return Buffer.concat([head, key, octets.map((octet, i) => octet ^ (key[i & 3] as number))]);
}

/** The payload of a close frame. */
export function closePayload(code: number, reason = ""): Buffer {
	return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
}

/** Takes the first whole frame off `octets`; undefined when there is none yet. */
export function takeFrame(octets: Buffer): { frame: Frame; rest: Buffer } | undefined {
	if (octets.length < 2) return undefined;
	const [first, second] = [octets.readUInt8(0), octets.readUInt8(1)];
	let length = second & 0x7f;
	let position = 2;
	if (length === 126) {
		if (octets.length < 4) return undefined;
		length = octets.readUInt16BE(2);
		position = 4;
	} else if (length === 127) {
		if (octets.length < 10) return undefined;
		length = Number(octets.readBigUInt64BE(2));
		position = 10;
	}
	const masked = (second & 0x80) !== 0;
	const key = masked ? octets.subarray(position, position + 4) : undefined;
	if (masked) position += 4;
	if (octets.length < position + length) return undefined;
	const payload = Buffer.from(octets.subarray(position, position + length));
	if (key)
		for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] as number) ^ (key[i & 3] as number);
	return {
		frame: { fin: (first & 0x80) !== 0, opcode: first & 0x0f, masked, payload },
		rest: octets.subarray(position + length),
	};
}
