import { bytesOfMessage, type MessageData } from "./bytes.js";
import { FirstByte, headerSize, Opcode } from "./frame.js";
import { writeFrame } from "./framecodec.js";
import { Field, MessageHeader, Ring } from "./ring.js";

/** Most bytes of several frames that are sent together: a TCP segment of lwIP. */
const segment = 1436;

/**
 * Messages in a ring buffer of fixed size. Adds and removes whole messages in O(1). Devices use native/messagering.c instead.
 * Both pass the same tests.
 */
export class MessageRing {
	/** See Field. */
	protected readonly buffer: ArrayBuffer;
	/** Messages that encode() has encoded, and their bytes. */
	encodedCount: number;
	encodedBytes: number;

	/** @param size Bytes for messages. Each takes 4 bytes more than its length. */
	constructor(size: number) {
		this.buffer = new ArrayBuffer(Field.size + size);
		this.encodedCount = 0;
		this.encodedBytes = 0;
	}

	/**
	 * Adds a copy of a message.
	 * @returns Its length in bytes; -1, without side effects, if there is no room for it now.
	 */
	push(message: MessageData, binary: boolean): number {
		const ring = new Ring(this.buffer);
		const payload = bytesOfMessage(message);
		const { length } = payload;
		const needed = MessageHeader.size + length;
		if (needed > ring.size - ring.used) return -1;
		const header = new DataView(new ArrayBuffer(MessageHeader.size));
		header.setUint32(0, (length << 1) | (binary ? 1 : 0), true);
		const start = ring.wrap(ring.head + ring.used);
		ring.copyIn(start, new Uint8Array(header.buffer));
		ring.copyIn(ring.wrap(start + MessageHeader.size), payload);
		ring.save(ring.head, ring.used + needed, ring.count + 1);
		return length;
	}

	/**
	 * Encodes the first messages as frames: one, and more while all frames have at most 1436 bytes together. Sets `encodedCount`
	 * and `encodedBytes`.
	 * @param masks True for a client, which masks its frames.
	 * @param room Bytes that the frames may have.
	 * @returns Undefined if there is no message, or the first one does not fit.
	 */
	encode(masks: boolean, room: number): ArrayBuffer | undefined {
		const ring = new Ring(this.buffer);
		let size = 0;
		let bytes = 0;
		let count = 0;
		for (let head = ring.head; count < ring.count; count++) {
			const length = ring.headerAt(head) >>> 1;
			const more = size + headerSize(length, masks) + length;
			if (more > room || (size > 0 && more > segment)) break;
			size = more;
			bytes += length;
			head = ring.wrap(head + MessageHeader.size + length);
		}
		if (count === 0) return undefined;
		this.encodedCount = count;
		this.encodedBytes = bytes;
		const frames = new Uint8Array(size);
		let position = 0;
		let head = ring.head;
		for (let index = 0; index < count; index++) {
			const header = ring.headerAt(head);
			const payload = ring.copyOut(ring.wrap(head + MessageHeader.size), header >>> 1);
			const first = FirstByte.final | (header & 1 ? Opcode.binary : Opcode.text);
			position = writeFrame(frames, position, first, masks, payload);
			head = ring.wrap(head + MessageHeader.size + payload.length);
		}
		return frames.buffer;
	}

	/** Removes the encoded messages. Returns their number. */
	removeEncoded(): number {
		this.remove(this.encodedCount);
		return this.encodedCount;
	}

	/** Removes the first `count` messages. */
	remove(count: number): void {
		const ring = new Ring(this.buffer);
		let { head, used } = ring;
		for (let index = 0; index < count; index++) {
			const taken = MessageHeader.size + (ring.headerAt(head) >>> 1);
			used -= taken;
			head = ring.wrap(head + taken);
		}
		ring.save(head, used, ring.count - count);
	}
}
