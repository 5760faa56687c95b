import { textOf, Utf8Check } from "./utf8.js";

/** The first size of a buffer for a message of which only a part is announced, in bytes. */
const smallest = 128;

/**
 * Collects a message that does not come whole in one buffer, and checks text as it comes. Many small fragments cost
 * neither more memory nor quadratic time: the buffer doubles until the last frame tells the exact length.
 */
export class MessageBuffer {
	/** The message: the first `length` bytes were received, the rest is room. */
	declare bytes: Uint8Array<ArrayBuffer>;
	declare length: number;
	/** For text. */
	declare private readonly check: Utf8Check | undefined;

	/** @param text True for text, which must be UTF-8. */
	constructor(text: boolean) {
		this.bytes = new Uint8Array(0);
		this.length = 0;
		this.check = text ? new Utf8Check() : undefined;
	}

	/**
	 * Returns the size that a buffer needs, in bytes.
	 * @param messageLength The bytes of all frames so far, the current one included.
	 * @param size The buffer's size now.
	 * @param final True if the current frame is the last one.
	 * @param limit The longest message.
	 */
	static sizeFor(messageLength: number, size: number, final: boolean, limit: number): number {
		if (final) return messageLength;
		if (messageLength <= size) return size;
		const doubled = size ? 2 * size : smallest;
		const wanted = doubled < limit ? doubled : limit;
		return messageLength > wanted ? messageLength : wanted;
	}

	get size(): number {
		return this.bytes.length;
	}

	/** Gives the buffer another size, which has room for what has come. */
	resize(size: number): void {
		const { bytes, length } = this;
		if (size === bytes.length) return;
		this.bytes = new Uint8Array(size);
		if (length) this.bytes.set(bytes.subarray(0, length));
	}

	/** The place of the next `count` bytes. */
	next(count: number): Uint8Array<ArrayBuffer> {
		return this.bytes.subarray(this.length, this.length + count);
	}

	/** Takes in the bytes that were put in their place. Returns false when they make the text invalid. */
	accept(piece: Uint8Array<ArrayBuffer>): boolean {
		this.length += piece.length;
		return this.check?.push(piece) !== false;
	}

	/** The message, once it is whole. @param strings True to get text as a string. */
	take(strings: boolean): ArrayBuffer | string {
		return strings && this.check ? textOf(this.bytes.buffer) : this.bytes.buffer;
	}

	/** False when text ends inside a character. */
	get isWhole(): boolean {
		return this.check?.isWhole !== false;
	}
}
