/// <reference path="./logical.d.ts" />
/**
 * Encodes and decodes whole frames (RFC 6455 section 5): the work on every message. Devices use native/framecodec.c instead.
 * Both pass the same tests.
 */
import Logical from "logical";
import { bytesOfMessage, type MessageData } from "./bytes.js";
import { Decoded, FirstByte, headerSize, Mode, Opcode, SecondByte, Size } from "./frame.js";
import { fromArrayBuffer, strictDecoder } from "./utf8.js";

/** What decodeFrame() returns beside the payload. */
export interface DecodedFrame {
	/** Bits of `Decoded`. */
	decoded: number;
}

/** What encodeFrame() returns beside the frame. */
export interface EncodedFrame {
	/** Bytes of the payload. */
	encoded: number;
}

/**
 * Encodes a frame.
 * @param data Its payload: text, or bytes, which are copied.
 * @param first Its first byte: FIN and opcode.
 * @param masks True to mask the payload with a new random key (RFC 6455 section 5.3).
 * @param room Bytes that the frame may have.
 * @param result Set unless undefined is returned.
 * @returns Undefined if it would have more.
 */
export function encodeFrame(
	data: MessageData,
	first: number,
	masks: boolean,
	room: number,
	result: EncodedFrame,
): ArrayBuffer | undefined {
	const payload = bytesOfMessage(data);
	const { length } = payload;
	const size = headerSize(length, masks) + length;
	if (size > room) return undefined;
	result.encoded = length;
	const frame = new Uint8Array(size);
	writeFrame(frame, 0, first, masks, payload);
	return frame.buffer;
}

/** Writes a frame at a position. Returns the position after it. */
export function writeFrame(
	target: Uint8Array<ArrayBuffer>,
	position: number,
	first: number,
	masks: boolean,
	payload: Uint8Array,
): number {
	const { length } = payload;
	const start = position + headerSize(length, masks);
	const header = new DataView(target.buffer, target.byteOffset + position);
	const masked = masks ? SecondByte.masked : 0;
	if (length <= Size.short) header.setUint16(0, (first << 8) | masked | length);
	else if (length <= Size.medium)
		header.setUint32(0, (((first << 8) | masked | SecondByte.length16) << 16) | length);
	else {
		header.setUint16(0, (first << 8) | masked | SecondByte.length64);
		header.setUint32(2, Math.floor(length / 0x100000000));
		header.setUint32(6, length % 0x100000000);
	}
	target.set(payload, start);
	if (masks) {
		header.setInt32(start - Size.key - position, randomKey());
		if (length) Logical.xor(target.subarray(start, start + length), target.subarray(start - Size.key, start));
	}
	return start + length;
}

/**
 * Decodes a whole message in one frame.
 * @param bytes Received bytes.
 * @param start Position of the frame.
 * @param mode Bits of `Mode`.
 * @param result Set unless undefined is returned.
 * @returns Its payload. Null if it is text that is not UTF-8. Undefined if it is not whole, empty, too long, not a whole
 *   message, or in any way wrong: a FrameReader parses it then.
 */
export function decodeFrame(
	bytes: ArrayBuffer,
	start: number,
	mode: number,
	result: DecodedFrame,
): string | ArrayBuffer | null | undefined {
	const { byteLength } = bytes;
	if (start + 2 > byteLength) return undefined;
	const view = new DataView(bytes);
	const first = view.getUint8(start);
	const second = view.getUint8(start + 1);
	const binary = first === (FirstByte.final | Opcode.binary);
	if (!binary && first !== (FirstByte.final | Opcode.text)) return undefined;
	const masked = (second & SecondByte.masked) !== 0;
	if (masked !== ((mode & Mode.masked) !== 0)) return undefined;
	let length = second & SecondByte.length;
	let offset = start + 2;
	if (length === SecondByte.length16 && offset + 2 <= byteLength) {
		length = view.getUint16(offset);
		if (length <= Size.short) return undefined;
		offset += 2;
	} else if (length > Size.short) return undefined;
	const end = offset + (masked ? Size.key : 0) + length;
	if (length === 0 || length * Mode.limit > mode || end > byteLength) return undefined;
	const payload = bytes.slice(end - length, end);
	if (masked) Logical.xor(payload, new Uint8Array(bytes, offset, Size.key));
	result.decoded = (end << Decoded.next) | (length << Decoded.length) | (binary ? Decoded.binary : 0);
	if (binary) return payload;
	try {
		const text = fromArrayBuffer(payload);
		// ASCII has as many characters as bytes, and needs no further check.
		if (text.length !== length) strictDecoder().decode(payload);
		return mode & Mode.strings ? text : payload;
	} catch {
		return null;
	}
}

/** Returns 32 random bits. Math.irandom() has 31, so two are combined. */
function randomKey(): number {
	return (Math.irandom(0, 0x10000) << 16) | Math.irandom(0, 0x10000);
}
