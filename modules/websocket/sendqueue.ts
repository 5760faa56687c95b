/** Octets before each message: its length in 23 bits, lowest first, then one bit that tells binary from text. */
const headerSize = 3;
const binaryBit = 0x800000;
/** In place of a header: the messages go on at the start of the buffer. No message is as long. */
const gap = 0x7fffff;

/** The longest queue, in octets. */
export const longestQueue = gap;

/**
 * Messages that wait to be sent: a ring buffer of octets, of a fixed size, allocated once. It takes and gives
 * whole messages in O(1).
 *
 * A message stands in one piece wherever it can: when the end of the buffer is too short for it, it goes to
 * the start. Only when neither is long enough, but both together are, is it split.
 */
export class SendQueue {
	/** Messages that wait. */
	count = 0;
	private readonly octets: Uint8Array<ArrayBuffer>;
	private readonly size: number;
	/** Where the header of the first message stands. */
	private head = 0;
	/** Where the next header goes. */
	private tail = 0;
	/** Octets in use: messages, headers, gaps. */
	private used = 0;

	/** @param size Octets, from 4 to `longestQueue`. Each message takes 3 more than it has. */
	constructor(size: number) {
		this.octets = new Uint8Array(size);
		this.size = size;
	}

	/** The longest message that an empty queue takes, in octets. */
	get capacity(): number {
		return this.size - headerSize;
	}

	/** The octets of the first message. Only while `count` is not 0. */
	get length(): number {
		return this.headerAt(this.first()) & gap;
	}

	/** Whether the first message is binary. Only while `count` is not 0. */
	get binary(): boolean {
		return (this.headerAt(this.first()) & binaryBit) !== 0;
	}

	/**
	 * Appends a message; its octets are copied.
	 * @returns False when there is no room for it now; nothing has changed then.
	 */
	push(message: ArrayBuffer | ArrayBufferView, binary: boolean): boolean {
		const length = message.byteLength;
		const needed = length + headerSize;
		if (this.count === 0) this.clear();
		const { size, octets } = this;
		let free = size - this.used;
		if (needed > free) return false;
		// Free octets are one run up to the end when the tail is behind the head, otherwise two.
		const toEnd = this.tail >= this.head ? size - this.tail : free;
		const skip = toEnd < headerSize || (needed > toEnd && needed <= free - toEnd);
		if (skip) {
			if (needed > free - toEnd) return false;
			if (toEnd >= headerSize) this.setHeader(this.tail, gap);
			this.used += toEnd;
			free -= toEnd;
			this.tail = 0;
		}
		this.setHeader(this.tail, binary ? length | binaryBit : length);
		const start = this.tail + headerSize;
		const end = start + length;
		const source = ArrayBuffer.isView(message)
			? new Uint8Array(message.buffer, message.byteOffset, length)
			: new Uint8Array(message);
		if (end <= size) octets.set(source, start);
		else {
			octets.set(source.subarray(0, size - start), start);
			octets.set(source.subarray(size - start), 0);
		}
		this.tail = end < size ? end : end - size;
		this.used += needed;
		this.count++;
		return true;
	}

	/**
	 * The octets of the first message: a view of the queue's own, or, where the message is split, a copy. The
	 * caller may change them when it then calls shift(), before anything else.
	 */
	peek(): Uint8Array<ArrayBuffer> {
		const { octets, size } = this;
		const start = this.first() + headerSize;
		const length = this.length;
		if (start + length <= size) return new Uint8Array(octets.buffer, start, length);
		const message = new Uint8Array(length);
		message.set(octets.subarray(start));
		message.set(octets.subarray(0, start + length - size), size - start);
		return message;
	}

	/** Removes the first message. */
	shift(): void {
		const first = this.first();
		const length = this.headerAt(first) & gap;
		this.used -= length + headerSize + (first < this.head ? this.size - this.head : 0);
		const end = first + headerSize + length;
		this.head = end < this.size ? end : end - this.size;
		this.count--;
	}

	/** Removes every message. */
	clear(): void {
		this.count = this.head = this.tail = this.used = 0;
	}

	/** Where the first message's header stands: at the head, or at the start when a gap comes first. */
	private first(): number {
		return this.size - this.head < headerSize || this.headerAt(this.head) === gap ? 0 : this.head;
	}

	private headerAt(index: number): number {
		const { octets } = this;
		return (
			(octets[index] as number) | ((octets[index + 1] as number) << 8) | ((octets[index + 2] as number) << 16)
		);
	}

	private setHeader(index: number, value: number): void {
		const { octets } = this;
		octets[index] = value;
		octets[index + 1] = value >> 8;
		octets[index + 2] = value >> 16;
	}
}
