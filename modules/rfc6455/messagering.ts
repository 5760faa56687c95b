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

	/** @param size Bytes for messages. Each takes 4 bytes more than its length, and its key. */
	constructor(size: number) {
		this.buffer = new ArrayBuffer(Field.size + size);
		this.encodedCount = 0;
		this.encodedBytes = 0;
	}

	/**
	 * Adds a copy of a message.
	 * @param key Key of 1 to 126 bytes in UTF-8, by which placeOf() finds the message; null for a marker, a message "" that
	 *   holds the place of one that comes from elsewhere.
	 * @returns Its length in bytes; -1, without side effects, if there is no room for it now.
	 */
	push(message: MessageData, binary: boolean, key?: string | null): number {
		const ring = new Ring(this.buffer);
		const payload = bytesOfMessage(message);
		const keyBytes = bytesOfMessage(key ?? "");
		const { length } = payload;
		const { head, used, count } = ring;
		const size = MessageHeader.size + keyBytes.length + length;
		if (size > ring.size - used) return -1;
		const start = ring.wrap(head + used);
		setHeader(ring, start, key === null ? MessageHeader.marker : keyBytes.length, length, binary);
		ring.copyIn(ring.wrap(start + MessageHeader.size), keyBytes);
		ring.copyIn(ring.wrap(start + MessageHeader.size + keyBytes.length), payload);
		ring.save(head, used + size, count + 1, ring.keyBytes + keyBytes.length);
		return length;
	}

	/**
	 * Finds the last message with a key: after a lost connection one that was sent in part may wait before it. Takes a step for
	 * each message.
	 * @param from Number of messages at the head of the ring that are not regarded.
	 * @returns Its index, from 0 for the first message of the ring; -1 if there is none.
	 */
	placeOf(key: string, from: number): number {
		const ring = new Ring(this.buffer);
		if (ring.keyBytes === 0) return -1;
		const wanted = bytesOfMessage(key);
		let { head } = ring;
		let place = -1;
		for (let index = 0; index < ring.count; index++) {
			const header = ring.headerAt(head);
			if (index >= from && keyLengthOf(header) === wanted.length) {
				const found = ring.copyOut(ring.wrap(head + MessageHeader.size), wanted.length);
				if (found.every((byte, at) => byte === wanted[at])) place = index;
			}
			head = ring.wrap(head + sizeOf(header));
		}
		return place;
	}

	/**
	 * Replaces a message in its place: it keeps its key, and those behind it move if the length is another one.
	 * @param index Index that placeOf() has returned.
	 * @returns The length of the new message in bytes; -1, without side effects, if there is no room for it now.
	 */
	overwrite(index: number, message: MessageData, binary: boolean): number {
		const ring = new Ring(this.buffer);
		const payload = bytesOfMessage(message);
		const { length } = payload;
		const { head, used, count, keyBytes } = ring;
		let offset = 0;
		for (let passed = 0; passed < index; passed++) offset += sizeOf(ring.headerAt(ring.wrap(head + offset)));
		const position = ring.wrap(head + offset);
		const header = ring.headerAt(position);
		const keyLength = keyLengthOf(header);
		const end = offset + sizeOf(header);
		const change = length - lengthOf(header);
		if (change > ring.size - used) return -1;
		if (change) ring.copyIn(ring.wrap(head + end + change), ring.copyOut(ring.wrap(head + end), used - end));
		setHeader(ring, position, keyLength, length, binary);
		ring.copyIn(ring.wrap(position + MessageHeader.size + keyLength), payload);
		ring.save(head, used + change, count, keyBytes);
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
		let { head, used, keyBytes } = ring;
		for (let index = 0; index < count; index++) {
			const header = ring.headerAt(head);
			const taken = sizeOf(header);
			used -= taken;
			keyBytes -= keyLengthOf(header);
			head = ring.wrap(head + taken);
		}
		ring.save(head, used, ring.count - count, keyBytes);
	}
}

const setHeader = (
	ring: Ring,
	position: number,
	keyLength: number,
	length: number,
	binary: boolean,
): void => {
	const rest = (length << MessageHeader.length) | (binary ? MessageHeader.binary : 0);
	const bytes = new Uint8Array(MessageHeader.size);
	new DataView(bytes.buffer).setUint32(0, (keyLength << MessageHeader.key) | rest, true);
	ring.copyIn(position, bytes);
};

/** Bytes of a message in the ring: header, key and payload. */
const sizeOf = (header: number): number => {
	return MessageHeader.size + keyLengthOf(header) + lengthOf(header);
};

/** Returns the length of a message, in bytes. */
const lengthOf = (header: number): number => {
	return (header >>> MessageHeader.length) & MessageHeader.lengthMask;
};

/** Returns the length of a message's key, in bytes. */
const keyLengthOf = (header: number): number => {
	const length = header >>> MessageHeader.key;
	return length === MessageHeader.marker ? 0 : length;
};

/** Returns whether a message comes from elsewhere. */
const isMarker = (header: number): boolean => {
	return header >>> MessageHeader.key === MessageHeader.marker;
};
