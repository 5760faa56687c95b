/**
 * Positions in the buffer of a MessageRing, in bytes. Numbers are unsigned, with 32 bits, least significant byte first. After
 * these fields the messages follow each other, each behind its header, and continue at the start where the buffer ends.
 */
export const enum Field {
	/** Position of the first message's header, from the end of these fields. */
	head = 0,
	/** Bytes in use by messages and headers. */
	used = 4,
	/** Messages. */
	count = 8,
	/** Size of these fields. */
	size = 12,
}

/** Bytes of a message's header in a MessageRing: 31 bits for its length, and the lowest, which is set for a binary message. */
export const enum MessageHeader {
	size = 4,
}

/** A look at the buffer of a MessageRing. */
export class Ring {
	readonly size: number;
	private readonly fields: DataView<ArrayBuffer>;
	private readonly bytes: Uint8Array<ArrayBuffer>;

	constructor(buffer: ArrayBuffer) {
		this.fields = new DataView(buffer);
		this.bytes = new Uint8Array(buffer, Field.size);
		this.size = this.bytes.length;
	}

	get head(): number {
		return this.fields.getUint32(Field.head, true);
	}

	get used(): number {
		return this.fields.getUint32(Field.used, true);
	}

	get count(): number {
		return this.fields.getUint32(Field.count, true);
	}

	save(head: number, used: number, count: number): void {
		this.fields.setUint32(Field.head, head, true);
		this.fields.setUint32(Field.used, used, true);
		this.fields.setUint32(Field.count, count, true);
	}

	/** Returns a position that may be behind the end as one from the start. */
	wrap(position: number): number {
		return position < this.size ? position : position - this.size;
	}

	headerAt(position: number): number {
		const header = this.copyOut(position, MessageHeader.size);
		return new DataView(header.buffer).getUint32(0, true);
	}

	copyIn(position: number, source: Uint8Array): void {
		const toEnd = this.size - position;
		this.bytes.set(source.subarray(0, toEnd), position);
		if (source.length > toEnd) this.bytes.set(source.subarray(toEnd));
	}

	copyOut(position: number, count: number): Uint8Array<ArrayBuffer> {
		const target = new Uint8Array(count);
		const toEnd = this.size - position;
		target.set(this.bytes.subarray(position, count < toEnd ? position + count : this.size));
		if (count > toEnd) target.set(this.bytes.subarray(0, count - toEnd), toEnd);
		return target;
	}
}
