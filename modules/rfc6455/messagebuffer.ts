import { Utf8Check } from "./utf8.js";

const enum Size {
	/** First size of a buffer for a message of unknown length, in bytes. */
	first = 128,
}

/**
 * Collects a message that arrives in pieces in one buffer. Many small fragments cost neither more memory nor quadratic
 * time: the buffer doubles until the last frame determines the exact length.
 */
export class MessageBuffer {
	/** The first `length` bytes have arrived; the rest is free. */
	bytes: Uint8Array<ArrayBuffer>;
	length: number;
	/** Checks the bytes of text as they arrive; undefined for a binary message. */
	readonly check: Utf8Check | undefined;

	/** @param text True for text, which must be UTF-8. */
	constructor(text: boolean) {
		this.bytes = new Uint8Array(0);
		this.length = 0;
		this.check = text ? new Utf8Check() : undefined;
	}

	/**
	 * Returns the size that a buffer needs, in bytes.
	 * @param messageLength Bytes of all frames so far, the current one included.
	 * @param size Current size of the buffer.
	 * @param final True if the current frame is the last one.
	 * @param limit Longest message.
	 */
	static sizeFor(messageLength: number, size: number, final: boolean, limit: number): number {
		if (final) return messageLength;
		if (messageLength <= size) return size;
		const doubled = size ? 2 * size : Size.first;
		const wanted = doubled < limit ? doubled : limit;
		return messageLength > wanted ? messageLength : wanted;
	}

	/** Changes the size; all bytes that have arrived must fit. */
	setSize(size: number): void {
		const { bytes, length } = this;
		if (size === bytes.length) return;
		this.bytes = new Uint8Array(size);
		if (length) this.bytes.set(bytes.subarray(0, length));
	}

	/** Returns a view of the place for the next `count` bytes. The caller fills it, adds `count` to `length`, and checks text. */
	next(count: number): Uint8Array<ArrayBuffer> {
		return this.bytes.subarray(this.length, this.length + count);
	}
}
