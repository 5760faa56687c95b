/** Octets before each message: its length in 31 bits, and one that tells binary from text. */
const headerSize = 4;
/** In place of a header: the messages go on at the start of the buffer. */
const gap = 0xffffffff;

/** The longest queue, in octets. */
export const longestQueue = 0x7fffffff;

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
	/** The octets of the first message, while there is one. */
	length = 0;
	/** Whether the first message is binary, while there is one. */
	binary = false;
	/** Where the header of the first message stands. */
	private head = 0;
	/** Where the next header goes. */
	private tail = 0;
	/** Octets that are neither messages nor headers nor gaps. */
	private free: number;
	private readonly size: number;
	private readonly octets: Uint8Array<ArrayBuffer>;
	private readonly headers: DataView;

	/** @param size Octets, from 0 to `longestQueue`. Each message takes 4 more than it has. */
	constructor(size: number) {
		this.free = size;
		this.size = size;
		this.octets = new Uint8Array(size);
		this.headers = new DataView(this.octets.buffer);
	}

	/** The longest message that an empty queue takes, in octets; negative when it takes none. */
	get capacity(): number {
		return this.size - headerSize;
	}

	/**
	 * Appends a message; its octets are copied.
	 * @returns False when there is no room for it now; nothing has changed then.
	 */
	push(message: ArrayBuffer | ArrayBufferView, binary: boolean): boolean {
		if (this.count === 0) this.clear();
		const { size, octets } = this;
		const length = message.byteLength;
		const needed = length + headerSize;
		let free = this.free;
		if (needed > free) return false;
		let start = this.tail;
		// Free octets are two runs, up to the end and from the start, when the tail is behind the head; otherwise one.
		if (start >= this.head) {
			const toEnd = size - start;
			if (needed > toEnd && (toEnd < headerSize || needed <= free - toEnd)) {
				if (needed > free - toEnd) return false;
				if (toEnd >= headerSize) this.headers.setUint32(start, gap);
				free -= toEnd;
				start = 0;
			}
		}
		this.headers.setUint32(start, length * 2 + (binary ? 1 : 0));
		if (this.count === 0) {
			this.length = length;
			this.binary = binary;
		}
		start += headerSize;
		const end = start + length;
		const source = ArrayBuffer.isView(message)
			? new Uint8Array(message.buffer, message.byteOffset, length)
			: new Uint8Array(message);
		if (end <= size) octets.set(source, start);
		else {
			octets.set(source.subarray(0, size - start), start);
			octets.set(source.subarray(size - start));
		}
		this.free = free - needed;
		this.tail = end < size ? end : end - size;
		this.count++;
		return true;
	}

	/**
	 * The octets of the first message: a view of the queue's own, or, where the message is split, a copy. The
	 * caller may change them when it then calls shift(), before anything else.
	 */
	peek(): Uint8Array<ArrayBuffer> {
		const { octets, size, length } = this;
		const start = this.head + headerSize;
		if (start + length <= size) return new Uint8Array(octets.buffer, start, length);
		const message = new Uint8Array(length);
		message.set(octets.subarray(start));
		message.set(octets.subarray(0, start + length - size), size - start);
		return message;
	}

	/** Removes the first message. */
	shift(): void {
		const taken = this.length + headerSize;
		const end = this.head + taken;
		this.head = end < this.size ? end : end - this.size;
		this.free += taken;
		this.count--;
		if (this.count) this.findFirst();
	}

	/** Removes every message. */
	clear(): void {
		this.count = this.head = this.tail = 0;
		this.free = this.size;
	}

	/** The first message stands at the head, or at the start when a gap or the end of the buffer comes first. */
	private findFirst(): void {
		const toEnd = this.size - this.head;
		let header = toEnd < headerSize ? gap : this.headers.getUint32(this.head);
		if (header === gap) {
			this.free += toEnd;
			this.head = 0;
			header = this.headers.getUint32(0);
		}
		this.length = Math.floor(header / 2);
		this.binary = header % 2 === 1;
	}
}
