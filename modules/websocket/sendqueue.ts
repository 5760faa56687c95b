/** Bytes before each message: 31 bits for its length, one for binary or text. */
const headerSize = 4;
/** In place of a header: the next message is at the start of the buffer. */
const gap = 0xffffffff;

// A constant of the module: XS would search ArrayBuffer for it at every call.
const { isView } = ArrayBuffer;

/** Largest queue, in bytes: more than any device has, and no more than every engine can allocate. */
export const longestQueue = 0x1000000;

/**
 * Messages that wait to be sent: a ring buffer of fixed size, allocated once. Adds and removes whole messages in O(1).
 *
 * A message is in one piece if possible: when the end of the buffer is too short for it, it goes to the start. It is
 * split only if neither is long enough, but both together are.
 */
export class SendQueue {
	/** Messages that wait. */
	count: number;
	/** Length of the first message in bytes, while there is one. */
	length: number;
	/** True if the first message is binary, while there is one. */
	binary: boolean;
	/** Position of the first message's header. */
	private head: number;
	/** Position of the next header. */
	private tail: number;
	/** Bytes that are not in use by messages, headers and gaps. */
	private free: number;
	/** Size of the buffer in bytes. */
	readonly size: number;
	private readonly bytes: Uint8Array<ArrayBuffer>;
	private readonly headers: DataView<ArrayBuffer>;

	/** @param size Bytes, from 0 to `longestQueue`. Each message takes 4 bytes more than its length. */
	constructor(size: number) {
		this.count = 0;
		this.length = 0;
		this.binary = false;
		this.head = 0;
		this.tail = 0;
		this.free = size;
		this.size = size;
		this.bytes = new Uint8Array(size);
		this.headers = new DataView(this.bytes.buffer);
	}

	/** Longest message that an empty queue accepts, in bytes; negative when it accepts none. */
	get capacity(): number {
		return this.size - headerSize;
	}

	/** Bytes of the messages, without headers and gaps. They are counted each time, so that a message costs nothing. */
	get messageBytes(): number {
		let position = this.head;
		let bytes = 0;
		for (let rest = this.count; rest > 0; rest--) {
			let header = this.size - position < headerSize ? gap : this.headers.getUint32(position);
			if (header === gap) {
				position = 0;
				header = this.headers.getUint32(0);
			}
			bytes += header >>> 1;
			position += (header >>> 1) + headerSize;
			if (position > this.size) position -= this.size;
		}
		return bytes;
	}

	/**
	 * Adds a copy of a message.
	 * @param length Byte length, if already known.
	 * @returns False, without side effects, if there is no room for it now.
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
		const bytes = this.bytes;
		const source = isView(message)
			? new Uint8Array(message.buffer, message.byteOffset, length)
			: new Uint8Array(message);
		if (end <= this.size) bytes.set(source, start + headerSize);
		else {
			end -= this.size;
			bytes.set(source.subarray(0, length - end), start + headerSize);
			bytes.set(source.subarray(length - end));
		}
		this.tail = end;
		this.free -= needed;
		this.count++;
		return true;
	}

	/**
	 * Returns the bytes of the first message: a view of the queue, or a copy if the message is split. The caller may
	 * change them if it calls shift() next.
	 */
	peek(): Uint8Array<ArrayBuffer> {
		const bytes = this.bytes;
		const length = this.length;
		const start = this.head + headerSize;
		const rest = start + length - this.size;
		if (rest <= 0) return new Uint8Array(bytes.buffer, start, length);
		const message = new Uint8Array(length);
		message.set(bytes.subarray(start));
		message.set(bytes.subarray(0, rest), length - rest);
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
		// Reset an empty queue, so that all its room is in one piece.
		else this.head = this.tail = 0;
	}

	/** Removes every message. */
	clear(): void {
		this.count = this.head = this.tail = 0;
		this.free = this.size;
	}

	/**
	 * Returns the position of a message that is too long for the end of the buffer after the tail; -1 if it must be split
	 * but the end is too short for a header.
	 */
	private findRoom(needed: number): number {
		const tail = this.tail;
		const toEnd = this.size - tail;
		if (needed > this.free - toEnd) return toEnd < headerSize ? -1 : tail;
		if (toEnd >= headerSize) this.headers.setUint32(tail, gap);
		this.free -= toEnd;
		return 0;
	}

	/** Finds the first message: at the head, or at the start if a gap or the end of the buffer is at the head. */
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
