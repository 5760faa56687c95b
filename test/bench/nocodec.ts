/**
 * Replaces the native codec of frames, and the native ring of messages. It does as little as possible, so that what is counted
 * is the work in JavaScript, as on a device. It suits the benchmark only: messages are whole, in ASCII, and not masked.
 */
import type { MessageData } from "../../modules/rfc6455/bytes.js";
import { Decoded, headerSize, Mode, Size } from "../../modules/rfc6455/frame.js";
import type { DecodedFrame, EncodedFrame } from "../../modules/rfc6455/framecodec.js";

/** `text.charCodeAt(index)`, without the wrapper object that XS creates for a method call on a string. */
const charCodeAt = String.prototype.charCodeAt.call.bind(String.prototype.charCodeAt) as (
	text: string,
	index: number,
) => number;
const fromArrayBuffer = String.fromArrayBuffer as (bytes: ArrayBuffer, start: number) => string;
/** In place of headers: what is sent is only counted. */
const shortHeaders = ["12", "123456"] as const;
const longHeaders = ["1234", "12345678"] as const;

function headerOf(text: string, masks: boolean): string {
	const headers = charCodeAt(text, Size.short) >= 0 ? longHeaders : shortHeaders;
	return headers[masks ? 1 : 0];
}

export function encodeFrame(
	data: MessageData,
	_first: number,
	masks: boolean,
	room: number,
	result: EncodedFrame,
): ArrayBuffer | undefined {
	if (room < 0) return undefined;
	if (typeof data === "string") {
		const frame = ArrayBuffer.fromString(headerOf(data, masks) + data);
		result.encoded = frame.byteLength;
		return frame;
	}
	result.encoded = data.byteLength;
	return new ArrayBuffer(headerSize(data.byteLength, masks) + data.byteLength);
}

export function decodeFrame(
	bytes: ArrayBuffer,
	_start: number,
	mode: number,
	result: DecodedFrame,
): string | ArrayBuffer {
	const total = bytes.byteLength;
	const key = mode & Mode.masked ? Size.key : 0;
	const start = key + (total - key - 2 <= Size.short ? 2 : 4);
	result.decoded = (total << Decoded.next) | ((total - start) << Decoded.length);
	return mode & Mode.strings ? fromArrayBuffer(bytes, start) : bytes.slice(start);
}

export class MessageRing {
	/** Only its size is used. */
	protected readonly buffer: ArrayBuffer;
	private messages: string[] = [];
	encodedCount = 0;
	encodedBytes = 0;

	constructor(size: number) {
		this.buffer = new ArrayBuffer(size);
	}

	push(message: string): number {
		if (this.messages.length === this.buffer.byteLength) return -1;
		this.messages.push(message);
		return 0;
	}

	encode(masks: boolean, room: number): ArrayBuffer | undefined {
		let frames = "";
		let count = 0;
		while (count < this.messages.length) {
			const message = this.messages[count] as string;
			const more = frames + headerOf(message, masks) + message;
			if (more.length > room) break;
			frames = more;
			count++;
		}
		if (count === 0) return undefined;
		this.encodedCount = count;
		return ArrayBuffer.fromString(frames);
	}

	removeEncoded(): number {
		if (this.encodedCount === this.messages.length) this.messages.length = 0;
		else this.messages.splice(0, this.encodedCount);
		return this.encodedCount;
	}
}
