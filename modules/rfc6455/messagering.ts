import { bytesOfMessage, type MessageData } from "./bytes.js";
import { FirstByte, headerSize, Opcode } from "./frame.js";
import { writeFrame } from "./framecodec.js";
import { Field, isMarker, keyLengthOf, lengthOf, MessageHeader, Ring } from "./ring.js";

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

	/** @param size Bytes for messages. Each takes 4 bytes more than its length, and its key. */
	constructor(size: number) {
		this.buffer = new ArrayBuffer(Field.size + size);
		this.encodedCount = 0;
		this.encodedBytes = 0;
	}

	/**
	 * Adds a copy of a message.
	 * @param key Key of 1 to 126 bytes in UTF-8, by which find() finds the message.
	 * @returns Its length in bytes; -1, without side effects, if there is no room for it now.
	 */
	push(message: MessageData, binary: boolean, key?: string): number {
		const ring = new Ring(this.buffer);
		const payload = bytesOfMessage(message);
		const keyBytes = bytesOfMessage(key ?? "");
		const { length } = payload;
		if (MessageHeader.size + keyBytes.length + length > ring.size - ring.used) return -1;
		ring.add(headerOf(keyBytes.length, length, binary), keyBytes, payload);
		return length;
	}

	/**
	 * Finds the message with a key. Takes a step for each message.
	 * @param from Number of messages at the head of the ring that are not regarded.
	 * @returns Its index, from 0 for the first message of the ring; -1 if there is none.
	 */
	find(key: string, from: number): number {
		const ring = new Ring(this.buffer);
		if (ring.keys === 0) return -1;
		const wanted = bytesOfMessage(key);
		let { head } = ring;
		for (let index = 0; index < ring.count; index++) {
			const header = ring.headerAt(head);
			if (index >= from && keyLengthOf(header) === wanted.length) {
				const found = ring.copyOut(ring.wrap(head + MessageHeader.size), wanted.length);
				if (found.every((byte, at) => byte === wanted[at])) return index;
			}
			head = ring.wrap(head + sizeOf(header));
		}
		return -1;
	}

	/**
	 * Replaces a message in its place: it keeps its key, and those behind it move if the length is another one.
	 * @param index Index that find() has returned.
	 * @returns The length of the new message in bytes; -1, without side effects, if there is no room for it now.
	 */
	replace(index: number, message: MessageData, binary: boolean): number {
		const ring = new Ring(this.buffer);
		const payload = bytesOfMessage(message);
		const { length } = payload;
		const { head, used, count, keys } = ring;
		let offset = 0;
		for (let passed = 0; passed < index; passed++) offset += sizeOf(ring.headerAt(ring.wrap(head + offset)));
		const position = ring.wrap(head + offset);
		const header = ring.headerAt(position);
		const keyLength = keyLengthOf(header);
		const end = offset + sizeOf(header);
		const change = length - lengthOf(header);
		if (change > ring.size - used) return -1;
		if (change) ring.copyIn(ring.wrap(head + end + change), ring.copyOut(ring.wrap(head + end), used - end));
		ring.setHeader(position, headerOf(keyLength, length, binary));
		ring.copyIn(ring.wrap(position + MessageHeader.size + keyLength), payload);
		ring.save(head, used + change, count, keys);
		return length;
	}

	/**
	 * Encodes the first messages as frames: one, and more while all frames have at most 1436 bytes together. Stops at a marker.
	 * Sets `encodedCount` and `encodedBytes`.
	 * @param masks True for a client, which masks its frames.
	 * @param room Bytes that the frames may have.
	 * @returns Undefined if there is no message, or the first one is a marker or does not fit.
	 */
	encode(masks: boolean, room: number): ArrayBuffer | undefined {
		const ring = new Ring(this.buffer);
		let size = 0;
		let bytes = 0;
		let count = 0;
		for (let head = ring.head; count < ring.count; count++) {
			const header = ring.headerAt(head);
			if (isMarker(header)) break;
			const length = lengthOf(header);
			const more = size + headerSize(length, masks) + length;
			if (more > room || (size > 0 && more > segment)) break;
			size = more;
			bytes += length;
			head = ring.wrap(head + sizeOf(header));
		}
		if (count === 0) return undefined;
		this.encodedCount = count;
		this.encodedBytes = bytes;
		const frames = new Uint8Array(size);
		let position = 0;
		let head = ring.head;
		for (let index = 0; index < count; index++) {
			const header = ring.headerAt(head);
			const payload = ring.copyOut(
				ring.wrap(head + MessageHeader.size + keyLengthOf(header)),
				lengthOf(header),
			);
			const first = FirstByte.final | (header & MessageHeader.binary ? Opcode.binary : Opcode.text);
			position = writeFrame(frames, position, first, masks, payload);
			head = ring.wrap(head + sizeOf(header));
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
		let { head, used, keys } = ring;
		for (let index = 0; index < count; index++) {
			const header = ring.headerAt(head);
			const taken = sizeOf(header);
			used -= taken;
			keys -= keyLengthOf(header);
			head = ring.wrap(head + taken);
		}
		ring.save(head, used, ring.count - count, keys);
	}
}

const headerOf = (keyLength: number, length: number, binary: boolean): number => {
	const rest = (length << MessageHeader.length) | (binary ? MessageHeader.binary : 0);
	return (keyLength << MessageHeader.key) | rest;
};

/** Bytes of a message in the ring: header, key and payload. */
const sizeOf = (header: number): number => {
	return MessageHeader.size + keyLengthOf(header) + lengthOf(header);
};
