import Timer from "timer";
import type { Channel } from "../channel/contract.js";
import { after } from "../channel/timers.js";
import { bytesOfMessage, type MessageData } from "../rfc6455/bytes.js";
import { SendQueue } from "../rfc6455/sendqueue.js";
import { type Fate, Fates } from "./fates.js";
import { Listeners } from "./listeners.js";
import type { ConnectionSettings } from "./settings.js";

/** A message that is sent in parts. */
export interface PartedMessage {
	/** Its bytes; undefined while it is the first one of the queue. */
	readonly bytes: Uint8Array | undefined;
	readonly binary: boolean;
	/** Bytes that were sent. */
	offset: number;
}

/** The messages of a connection whose bytes come from elsewhere: an optional module. Markers hold their places in the queue. */
export interface Sources {
	/** Sends a part of such a message. Returns false when nothing can be sent now, undefined when it is another one's turn. */
	send(channel: Channel): boolean | undefined;
	/** Removes the first message of the queue, whatever it is: it was discarded. */
	removeFirst(): void;
	/** The connection has ended: a message that was sent in part is lost. */
	restart(): void;
	/** All messages are lost. */
	clear(): void;
}

/** Messages that were queued or discarded since the queue was last empty. `drain` ends a series. */
export const enum Series {
	none,
	started,
	/** `error` was emitted for a discarded message. */
	reported,
}

// A constant of the module: XS copies a literal each time it is evaluated.
const drainEvent = "drain";
/** Longest stall of one send() under `throttleFactor`, in milliseconds. */
const longestStall = 1000;

/**
 * The outgoing messages of a Client or Socket. Messages that send() cannot write to the channel at once wait in the send
 * queue until the send window allows: they are sent as one frame if the window is ever wide enough, else in parts.
 */
export abstract class Outgoing extends Listeners {
	/** The open connection, or the last one. */
	channel: Channel | undefined;
	/** Messages that wait. */
	waiting: number;
	readonly queue: SendQueue;
	readonly settings: ConnectionSettings;
	/** For `counters`: messages sent, their bytes, messages lost, messages discarded. */
	sent: number;
	bytesSent: number;
	lost: number;
	protected discarded: number;
	/** Once a message was replaced: their number. */
	protected replaced?: number;
	/** The message that is sent in parts: the first one of the queue, or one that is not, or no longer, in the queue. */
	parted: PartedMessage | undefined;
	series: Series;
	/** Once a message was sent with `onSettled`. */
	fates?: Fates;
	/** Once there was a message from a source. */
	sources?: Sources;
	/** The text of an `error` that is due in a later turn. */
	private pendingError?: string | undefined;

	constructor(settings: ConnectionSettings) {
		super();
		this.channel = undefined;
		this.waiting = 0;
		this.queue = new SendQueue(settings.sendQueueSize);
		this.settings = settings;
		this.sent = 0;
		this.bytesSent = 0;
		this.lost = 0;
		this.discarded = 0;
		this.parted = undefined;
		this.series = Series.none;
	}

	/** True while messages can be exchanged. */
	abstract get isOpen(): boolean;
	/** True when a message may wait. */
	abstract get mayWait(): boolean;
	/** Longest message that is sent in parts without the queue, in bytes. */
	protected abstract get longestPastQueue(): number;
	/** Hook: send() has stalled the device. */
	protected onStalled?(milliseconds: number): void;

	/** Called by the channel: the send window has changed. Sends queued messages while it allows. */
	onWindow(): void {
		const channel = this.channel;
		const queue = this.queue;
		while (this.waiting && channel) {
			const count = this.parted ? 0 : channel.writer.writeQueued(queue);
			if (count) {
				this.waiting -= count;
				this.sent += count;
				this.bytesSent += queue.encodedBytes;
			} else if (!this.sendPart(channel)) break;
		}
		if (this.fates) this.fates.settle(this.sent + this.lost);
		if (!this.waiting && this.series) this.emitDue();
	}

	/**
	 * Adds a message to the queue, or replaces the one that waits under its key.
	 * @param key 1 to 126 bytes in UTF-8; undefined for a message without one.
	 * @returns 0 if it waits behind the others, its number for watch() if it has replaced one, -1 if it is discarded.
	 */
	wait(message: MessageData, binary: boolean, key?: string): number {
		if (key) {
			// What has no room in the place of another message has none behind the others.
			const replaced = this.replaceWaiting(message, binary, key);
			if (replaced) return replaced;
		}
		let length = this.queue.push(message, binary, key);
		if (length < 0) {
			const bytes = bytesOfMessage(message);
			length = bytes.length;
			// The bytes of a text are made here; others are the caller's own.
			const replaced = this.makeRoom(bytes, binary, typeof message === "string", key);
			if (replaced) return replaced;
		}
		this.series ||= Series.started;
		// A window that already has its full width emits no further event, which would send the message.
		if (++this.waiting === 1 && this.channel && length > this.channel.writer.widestCapacity)
			this.sendParts(this.channel);
		if (this.settings.throttleFactor) this.stall();
		return 0;
	}

	/**
	 * Calls back, not before send() has returned, when the fate of a queued message is known.
	 * @param number Its number, or 0 for the last one.
	 */
	watch(listener: (fate: Fate) => void, number: number): void {
		this.fates ??= new Fates();
		const { fates } = this;
		fates.add(number || this.sent + this.waiting + this.lost, listener);
		// Its parts may have filled the window exactly.
		if (!this.waiting) after(0, () => fates.settle(this.sent + this.lost));
	}

	/** Bytes of the messages that wait, less those of parts that were sent. */
	get bufferedAmount(): number {
		const { parted, queue } = this;
		if (!this.waiting) return 0;
		return queue.messageBytes + (parted ? (parted.bytes?.length ?? 0) - parted.offset : 0);
	}

	/** Counts a message that may not wait. */
	discard(): void {
		this.discarded++;
	}

	/** Applies the overflow rule to a message that does not fit the queue. Returns the same as wait(). */
	private makeRoom(bytes: Uint8Array, binary: boolean, own: boolean, key: string | undefined): number {
		const { queue } = this;
		const keyLength = key ? bytesOfMessage(key).length : 0;
		this.series ||= Series.started;
		const longest = queue.capacity - keyLength;
		if (bytes.length > longest) return this.sendPastQueue(bytes, binary, own, longest) ? 0 : -1;
		do {
			if (!this.dropOldest()) return -1;
			const replaced = key ? this.replaceWaiting(bytes, binary, key) : 0;
			if (replaced) return replaced;
		} while (queue.push(bytes, binary, key) < 0);
		return 0;
	}

	/** The queue is full: discards the first message if the overflow rule says so. Returns false if it is the new one. */
	dropOldest(): boolean {
		const { queue } = this;
		this.discardFor(`the send queue is full, messages are discarded; sendQueueSize is ${queue.size}`);
		if (!this.settings.dropOldest) return false;
		this.fates?.discardOldest(this.sent + this.lost, this.parted !== undefined);
		this.waiting--;
		this.lost++;
		(this.sources ?? queue).removeFirst();
		return true;
	}

	/**
	 * Replaces the message that waits under a key, but not one that is sent in parts. Returns its number, or 0, without side
	 * effects, if there is none or no room.
	 */
	private replaceWaiting(message: MessageData, binary: boolean, key: string): number {
		const { parted, queue } = this;
		const place = queue.placeOf(key, parted && !parted.bytes ? 1 : 0);
		if (place < 0 || queue.overwrite(place, message, binary) < 0) return 0;
		const number = this.sent + this.lost + place + (parted?.bytes ? 2 : 1);
		this.replaced = (this.replaced ?? 0) + 1;
		this.fates?.onReplaced(number);
		this.stall();
		return number;
	}

	/** Emits an error in a later turn, or before `close`, if that comes earlier. */
	report(message: string): void {
		if (this.pendingError !== undefined) {
			this.pendingError += `; ${message}`;
			return;
		}
		this.pendingError = message;
		after(0, () => this.emitDue());
	}

	/** Emits the error that is due, then `drain` if the queue is empty: a series of discarded messages may end at once. */
	protected emitDue(): void {
		if (this.pendingError !== undefined) {
			const message = this.pendingError;
			this.pendingError = undefined;
			this.fire("error", message);
		}
		if (this.waiting || !this.series) return;
		this.series = Series.none;
		this.fire(drainEvent);
	}

	/** Resets a message that was sent in part when the connection ends: it will be sent again. */
	protected restartParted(): void {
		this.sources?.restart();
		if (this.parted?.bytes) this.parted.offset = 0;
		else this.parted = undefined;
	}

	/** Discards the messages that wait, and counts them as lost. */
	protected loseWaiting(): void {
		this.fates?.loseAll(this.sent + this.lost);
		this.lost += this.waiting;
		this.waiting = 0;
		this.parted = undefined;
		this.queue.clear();
		this.series = Series.none;
		this.sources?.clear();
	}

	/** Keeps one message that is longer than the queue outside of it, if nothing waits. */
	private sendPastQueue(bytes: Uint8Array, binary: boolean, own: boolean, longest: number): boolean {
		const { longestPastQueue } = this;
		const { length } = bytes;
		if (!this.waiting && this.isOpen && length <= longestPastQueue) {
			this.parted = { bytes: own ? bytes : bytes.slice(), binary, offset: 0 };
			return true;
		}
		const inParts = longestPastQueue
			? `${longestPastQueue} are sent in parts while the connection is open and nothing waits`
			: "raise sendQueueSize";
		this.discardFor(
			`a message of ${length} bytes is too long for the send queue, which takes ${Math.max(longest, 0)}; ${inParts}`,
		);
		return false;
	}

	/** Counts a discarded message; the first one of a series emits `error`. */
	discardFor(reason: string): void {
		this.discarded++;
		if (this.series === Series.reported) return;
		this.series = Series.reported;
		this.report(reason);
	}

	private sendParts(channel: Channel): void {
		while (this.waiting && this.sendPart(channel));
	}

	/** Sends a part of the first message if no window fits it whole. Returns false when nothing can be sent now. */
	private sendPart(channel: Channel): boolean {
		const { queue } = this;
		const { writer } = channel;
		const { capacity } = writer;
		if (!capacity) return false;
		const sent = this.sources?.send(channel);
		if (sent !== undefined) return sent;
		if (!this.parted) {
			const { length } = queue;
			if (length <= writer.widestCapacity) return false;
			// It stays in the queue, because a copy takes as much memory again, unless it may be discarded there.
			const bytes = this.settings.dropOldest ? queue.part(0, length) : undefined;
			this.parted = { bytes, binary: queue.binary, offset: 0 };
			if (bytes) queue.removeFirst();
		}
		const message = this.parted;
		const { binary, bytes, offset } = message;
		const length = bytes ? bytes.length : queue.length;
		const end = Math.min(offset + capacity, length);
		const last = end === length;
		const part = bytes ? bytes.subarray(offset, end) : queue.part(offset, end);
		if (writer.write(part, binary, !last) < 0) return false;
		message.offset = end;
		if (last) {
			this.parted = undefined;
			if (!bytes) queue.removeFirst();
			this.waiting--;
			this.sent++;
			this.bytesSent += end;
		}
		return true;
	}

	private stall(): void {
		const milliseconds = Math.min(this.waiting * this.settings.throttleFactor, longestStall);
		if (!milliseconds) return;
		Timer.delay(milliseconds);
		this.onStalled?.(milliseconds);
	}
}
