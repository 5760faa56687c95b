/** Octets before each message: its length in 31 bits, and one that tells binary from text. */
const headerSize = 4;
/** In place of a header: the messages go on at the start of the buffer. */
const gap = 0xffffffff;

// By itself: XS would search its object for it at every call.
const { isView } = ArrayBuffer;

/** The longest queue, in bytes: more than any device has, and no more than every engine can allocate. */
export const longestQueue = 0x1000000;

/**
 * Messages that wait to be sent: a ring buffer of octets, of a fixed size, allocated once. It takes and gives
 * whole messages in O(1).
 *
 * A message stands in one piece wherever it can: when the end of the buffer is too short for it, it goes to
 * the start. Only when neither is long enough, but both together are, is it split.
 */
export class SendQueue {
	/** Messages that wait. */
	declare count: number;
	/** The octets of the first message, while there is one. */
	declare length: number;
	/** Whether the first message is binary, while there is one. */
	declare binary: boolean;
	/** Where the header of the first message stands. */
	declare private head: number;
	/** Where the next header goes. */
	declare private tail: number;
	/** Octets that are neither messages nor headers nor gaps. */
	declare private free: number;
	declare private readonly size: number;
	declare private readonly octets: Uint8Array<ArrayBuffer>;
	declare private readonly headers: DataView<ArrayBuffer>;

	/** @param size Octets, from 0 to `longestQueue`. Each message takes 4 more than it has. */
	constructor(size: number) {
		this.length = this.count = 0;
		this.binary = false;
		this.tail = this.head = 0;
		this.size = this.free = size;
		this.octets = new Uint8Array(size);
		this.headers = new DataView(this.octets.buffer);
	}

	/** The longest message that an empty queue takes, in octets; negative when it takes none. */
	get capacity(): number {
		return this.size - headerSize;
	}

	/**
	 * Appends a message; its octets are copied.
	 * @param length Its octets, from those who know.
	 * @returns False when there is no room for it now; nothing has changed then.
	 */
	push(message: ArrayBuffer | ArrayBufferView, binary: boolean, length = message.byteLength): boolean {
		const needed = length + headerSize;
		if (needed > this.free) return false;
		let start = this.tail;
		let end = start + needed;
		if (end > this.size && start >= this.head) {
			start = this.findRoom(needed);
			if (start < 0) return false;
			end = start + needed;
		}
		this.headers.setUint32(start, binary ? (length << 1) | 1 : length << 1);
		if (this.count === 0) {
			this.length = length;
			this.binary = binary;
		}
		const octets = this.octets;
		const source = isView(message)
			? new Uint8Array(message.buffer, message.byteOffset, length)
			: new Uint8Array(message);
		if (end <= this.size) octets.set(source, start + headerSize);
		else {
			end -= this.size;
			octets.set(source.subarray(0, length - end), start + headerSize);
			octets.set(source.subarray(length - end));
		}
		this.tail = end;
		this.free -= needed;
		this.count++;
		return true;
	}

	/**
	 * The octets of the first message: a view of the queue's own, or, where the message is split, a copy. The
	 * caller may change them when it then calls shift(), before anything else.
	 */
	peek(): Uint8Array<ArrayBuffer> {
		const octets = this.octets;
		const length = this.length;
		const start = this.head + headerSize;
		const rest = start + length - this.size;
		if (rest <= 0) return new Uint8Array(octets.buffer, start, length);
		const message = new Uint8Array(length);
		message.set(octets.subarray(start));
		message.set(octets.subarray(0, rest), length - rest);
		return message;
	}

	/** Removes the first message. */
	shift(): void {
		const taken = this.length + headerSize;
		const end = this.head + taken;
		this.head = end <= this.size ? end : end - this.size;
		this.free += taken;
		this.count--;
		if (this.count) this.findFirst();
		// So that an empty queue has all its room in one piece.
		else this.head = this.tail = 0;
	}

	/** Removes every message. */
	clear(): void {
		this.count = this.head = this.tail = 0;
		this.free = this.size;
	}

	/**
	 * Where a message goes that is too long for the end of the buffer, where the tail is and not the head: free are
	 * the end and the start of the buffer. Returns -1 when only both together are long enough, and the end of them
	 * too short for a header.
	 */
	private findRoom(needed: number): number {
		const tail = this.tail;
		const toEnd = this.size - tail;
		if (needed > this.free - toEnd) return toEnd < headerSize ? -1 : tail;
		if (toEnd >= headerSize) this.headers.setUint32(tail, gap);
		this.free -= toEnd;
		return 0;
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
		this.length = header >>> 1;
		this.binary = (header & 1) !== 0;
	}
}
