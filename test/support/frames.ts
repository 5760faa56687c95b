/** Writes and parses WebSocket frames (RFC 6455, 5.2), independently of the module; can write invalid ones. */

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
	/** Masking key, used with `mask`. Default: a fixed one. */
	key?: Uint8Array;
	/** The three reserved bits, 0 to 7. Default 0. */
	rsv?: number;
	/** Length in the header, if it differs from the payload's. */
	length?: number;
}

const defaultKey = Uint8Array.of(0x12, 0x34, 0x56, 0x78);

/** Returns the bytes of a frame. */
export function frame(opcode: number, payload: string | Uint8Array = "", options: FrameOptions = {}): Buffer {
	const bytes = Buffer.from(payload as string);
	const length = options.length ?? bytes.length;
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
	if (!options.mask) return Buffer.concat([head, bytes]);
	const key = options.key ?? defaultKey;
	return Buffer.concat([head, key, bytes.map((byte, i) => byte ^ (key[i & 3] as number))]);
}

/** Returns the payload of a close frame. */
export function closePayload(code: number, reason = ""): Buffer {
	return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
}

export interface FrameHeader {
	fin: boolean;
	/** The three reserved bits, 0 to 7. */
	rsv: number;
	opcode: number;
	masked: boolean;
	/** Size of the length field. */
	lengthBits: 7 | 16 | 64;
	/** Payload length; undefined while its field is incomplete. */
	length: bigint | undefined;
	/** Bytes before the payload, including the masking key. */
	size: number;
}

/** Parses the header at the start of `bytes`. Returns undefined if its first two bytes are incomplete. */
export function readHeader(bytes: Buffer): FrameHeader | undefined {
	if (bytes.length < 2) return undefined;
	const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
	const masked = (second & 0x80) !== 0;
	const short = second & 0x7f;
	const lengthBits = short < 126 ? 7 : short === 126 ? 16 : 64;
	const lengthEnd = lengthBits === 7 ? 2 : 2 + lengthBits / 8;
	let length: bigint | undefined;
	if (lengthBits === 7) length = BigInt(short);
	else if (bytes.length >= lengthEnd)
		length = lengthBits === 16 ? BigInt(bytes.readUInt16BE(2)) : bytes.readBigUInt64BE(2);
	return {
		fin: (first & 0x80) !== 0,
		rsv: (first >> 4) & 7,
		opcode: first & 0x0f,
		masked,
		lengthBits,
		length,
		size: masked ? lengthEnd + 4 : lengthEnd,
	};
}

/** Returns whether the length has its minimal encoding (section 5.2); true while its field is incomplete. */
export function isMinimal({ lengthBits, length }: FrameHeader): boolean {
	if (length === undefined || lengthBits === 7) return true;
	return length >= (lengthBits === 16 ? 126n : 65536n);
}

/** Returns the unmasked payload of the frame at the start of `bytes`, as far as it was received. */
export function readPayload(bytes: Buffer, { masked, length = 0n, size }: FrameHeader): Buffer {
	const payload = Buffer.from(bytes.subarray(size, size + Number(length)));
	if (masked) {
		const key = bytes.subarray(size - 4, size);
		for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] as number) ^ (key[i & 3] as number);
	}
	return payload;
}

/** Splits the first frame off `bytes`. Returns undefined while it is incomplete. */
export function takeFrame(bytes: Buffer): { frame: Frame; rest: Buffer } | undefined {
	const header = readHeader(bytes);
	if (header?.length === undefined) return undefined;
	const end = header.size + Number(header.length);
	if (bytes.length < end) return undefined;
	const { fin, opcode, masked } = header;
	return { frame: { fin, opcode, masked, payload: readPayload(bytes, header) }, rest: bytes.subarray(end) };
}
