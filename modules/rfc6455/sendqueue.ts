import type { MessageData } from "./bytes.js";
import { MessageRing } from "./messagering.js";
import { Field, MessageHeader, Ring } from "./ring.js";

/** Largest queue, in bytes: more than any device has, and no more than every engine can allocate. */
export const longestQueue = 0x1000000;

/** Writes one message: see MessageWriter. */
interface FirstWriter {
	write(data: MessageData, binary: boolean, more: boolean): number;
}

/** Messages that wait to be sent: a ring buffer of fixed size, allocated once. */
export class SendQueue extends MessageRing {
	/** Size of the buffer in bytes. Each message takes 4 bytes more than its length, and its key. */
	get size(): number {
		return this.buffer.byteLength - Field.size;
	}

	/** Longest message that an empty queue accepts, in bytes; negative when it accepts none. */
	get capacity(): number {
		return this.size - MessageHeader.size;
	}

	/** Messages that wait. */
	get count(): number {
		return new Ring(this.buffer).count;
	}

	/** Bytes of the messages, without their headers and keys. */
	get messageBytes(): number {
		const { used, count, keyBytes } = new Ring(this.buffer);
		return used - MessageHeader.size * count - keyBytes;
	}

	/** Length of the first message in bytes. */
	get length(): number {
		return (this.header >>> MessageHeader.length) & MessageHeader.lengthMask;
	}

	/** True if the first message is binary. */
	get binary(): boolean {
		return (this.header & MessageHeader.binary) !== 0;
	}

	/** True if the first message is a marker, which encode() and writeFirst() do not send. */
	get isMarker(): boolean {
		return this.count > 0 && this.header >>> MessageHeader.key === MessageHeader.marker;
	}

	/**
	 * Returns a copy of a part of the first message, which is no marker.
	 * @param start Position of the part in the message.
	 * @param end Position after it.
	 */
	part(start: number, end: number): Uint8Array<ArrayBuffer> {
		const ring = new Ring(this.buffer);
		const before = MessageHeader.size + (ring.headerAt(ring.head) >>> MessageHeader.key);
		return ring.copyOut(ring.wrap(ring.head + before + start), end - start);
	}

	/**
	 * Writes the first message by itself and removes it. Sets `encodedBytes`.
	 * @returns The number of messages written: 1; 0 if it cannot be written now, or is a marker.
	 */
	writeFirst(writer: FirstWriter): number {
		if (this.isMarker) return 0;
		const length = writer.write(this.part(0, this.length), this.binary, false);
		if (length < 0) return 0;
		this.encodedBytes = length;
		this.removeFirst();
		return 1;
	}

	/** Removes the first message. */
	removeFirst(): void {
		this.remove(1);
	}

	/** Removes every message. */
	clear(): void {
		new Ring(this.buffer).save(0, 0, 0, 0);
	}

	/** Header of the first message. */
	private get header(): number {
		const ring = new Ring(this.buffer);
		return ring.headerAt(ring.head);
	}
}
