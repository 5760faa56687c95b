import { type DataSink, dataSinkOf, type WebSocketClient } from "./engine.js";
import type { Ledger } from "./ledger.js";
import { SendQueue } from "./sendqueue.js";
import type { ConnectionSettings } from "./settings.js";
import { traceMistake } from "./timers.js";

/** A message that leaves in parts. */
interface PartedMessage {
	/** Its bytes; undefined while it stays the first one of the queue. */
	readonly octets: Uint8Array<ArrayBuffer> | undefined;
	readonly binary: boolean;
	/** Octets that have left. */
	offset: number;
}

/** Whoever the messages belong to. */
export interface OutgoingMessagesOwner {
	/** The first message of an episode was discarded: a sentence that says so. Called inside enqueue(). */
	report(message: string): void;
	/** The longest message that may leave in parts without passing the queue, in bytes. */
	readonly longestPastQueue: number;
}

/**
 * The messages of one connection on their way out: straight to the socket while nothing waits and the window
 * is wide enough, otherwise through the send queue. A message leaves as one frame if the window ever gets
 * wide enough for it; a longer one leaves in parts.
 */
export class OutgoingMessages {
	/** The longest message that the WebSocket takes now, in octets; 0 when there is no WebSocket. */
	declare private window: number;
	/** Messages that wait. */
	declare waiting: number;
	/** Where data go, while there is a WebSocket. */
	declare private sink: DataSink | undefined;
	declare private readonly ledger: Ledger;
	declare private readonly queue: SendQueue;
	declare private readonly settings: ConnectionSettings;
	declare private readonly owner: OutgoingMessagesOwner;
	/** The widest that the window has been on this connection. */
	declare private widest: number;
	/** The message that leaves in parts: the first one of the queue, or one that has left it or never was in it. */
	declare private parted: PartedMessage | undefined;
	/** Messages have waited or found no room since the queue was last empty: `drain` is due. */
	declare private owesDrain: boolean;
	/** A discarded message was reported since then. */
	declare private reported: boolean;

	constructor(settings: ConnectionSettings, ledger: Ledger, owner: OutgoingMessagesOwner) {
		this.waiting = this.window = 0;
		this.sink = undefined;
		this.ledger = ledger;
		this.queue = new SendQueue(settings.sendQueueSize);
		this.settings = settings;
		this.owner = owner;
		this.widest = 0;
		this.parted = undefined;
		this.reported = this.owesDrain = false;
	}

	/**
	 * Sends a message past the queue; nothing must wait there.
	 * @param length Its octets.
	 * @param transfer True gives the octets away: they may be masked in place.
	 * @returns False when the window does not take it now; nothing has happened then.
	 */
	write(octets: ArrayBuffer | ArrayBufferView, length: number, binary: boolean, transfer: boolean): boolean {
		if (length > this.window || !this.window) return false;
		let window: number;
		try {
			window = (this.sink as DataSink).writeData(octets, length, binary, false, transfer);
		} catch (error) {
			// The socket has failed and has not said so yet.
			traceMistake(error);
			window = -1;
		}
		if (window < 0) {
			this.window = 0;
			return false;
		}
		this.window = window;
		const ledger = this.ledger;
		ledger.sent++;
		ledger.octetsSent += length;
		return true;
	}

	/** Puts a message in the queue, from where it leaves as soon as it can. Returns false when it is discarded. */
	enqueue(octets: ArrayBuffer | ArrayBufferView, length: number, binary: boolean): boolean {
		this.owesDrain = true;
		if (!this.queue.push(octets, binary, length) && !this.makeRoom(octets, length, binary)) return false;
		this.waiting++;
		// A window that is as wide as it gets announces nothing any more.
		if (length > this.widest) this.send();
		return true;
	}

	/** Takes note of a message that could not even wait. */
	refuse(): void {
		this.ledger.discarded++;
	}

	/** Takes note that a WebSocket takes messages of up to `window` octets now. */
	grant(webSocket: WebSocketClient, window: number): void {
		this.sink ??= dataSinkOf(webSocket);
		this.window = window;
		if (window > this.widest) this.widest = window;
	}

	/** Sends what waits, as far as the window lets it. Returns whether `drain` is due. */
	flush(): boolean {
		if (this.waiting) this.send();
		return this.owesDrain && this.endEpisode();
	}

	/** Ends an episode of waiting or discarding if the queue is empty. Returns whether it did. */
	endEpisode(): boolean {
		if (this.waiting || !this.owesDrain) return false;
		this.owesDrain = this.reported = false;
		return true;
	}

	/** The WebSocket has ended. What waits stays, and a message that has left in part will leave anew. */
	shut(): void {
		this.sink = undefined;
		this.window = this.widest = 0;
		if (this.parted) this.parted.offset = 0;
	}

	/** Gives up what waits. */
	lose(): void {
		this.ledger.lost += this.waiting;
		this.waiting = 0;
		this.parted = undefined;
		this.queue.clear();
		this.owesDrain = this.reported = false;
	}

	/** What becomes of a message for which the queue has no room. Returns whether it is in the queue in the end. */
	private makeRoom(octets: ArrayBuffer | ArrayBufferView, length: number, binary: boolean): boolean {
		const { queue, settings } = this;
		if (length > queue.capacity) {
			const { longestPastQueue } = this.owner;
			if (!this.waiting && this.sink && length <= longestPastQueue) {
				this.parted = { octets: ownBytes(octets, binary), binary, offset: 0 };
				return true;
			}
			const most = Math.max(queue.capacity, 0);
			const inParts = longestPastQueue
				? `${longestPastQueue} are sent in parts while the connection is open and nothing waits`
				: "raise sendQueueSize";
			this.discard(
				`a message of ${length} bytes is too long for the send queue, which takes ${most}; ${inParts}`,
			);
			return false;
		}
		do {
			this.discard(
				`the send queue is full, messages are discarded; sendQueueSize is ${settings.sendQueueSize}`,
			);
			if (!settings.dropOldest) return false;
			queue.shift();
			this.waiting--;
			this.ledger.lost++;
		} while (!queue.push(octets, binary, length));
		return true;
	}

	private discard(message: string): void {
		this.ledger.discarded++;
		if (this.reported) return;
		this.reported = true;
		this.owner.report(message);
	}

	private send(): void {
		try {
			while (this.window && this.waiting && this.sendFirst());
		} catch (error) {
			// As in write().
			traceMistake(error);
			this.window = 0;
		}
	}

	/** Sends the first message or a part of it. Returns false when it has to wait for a wider window. */
	private sendFirst(): boolean {
		if (this.parted) return this.sendPart(this.parted);
		const queue = this.queue;
		const length = queue.length;
		if (length > this.window) {
			if (length <= this.widest) return false;
			// It leaves the queue only where those behind it may be dropped: a copy takes as much memory again.
			const octets = this.settings.dropOldest ? queue.peek().slice() : undefined;
			this.parted = { octets, binary: queue.binary, offset: 0 };
			if (!octets) return true;
		} else {
			if (!this.write(queue.peek(), length, queue.binary, true)) return false;
			this.waiting--;
		}
		queue.shift();
		return true;
	}

	private sendPart(message: PartedMessage): boolean {
		const { binary, offset } = message;
		const octets = message.octets ?? this.queue.peek();
		const end = Math.min(offset + this.window, octets.length);
		const last = end === octets.length;
		const sink = this.sink as DataSink;
		const window = sink.writeData(octets.slice(offset, end), end - offset, binary, !last, true);
		this.window = window > 0 ? window : 0;
		if (window < 0) return false;
		message.offset = end;
		if (last) {
			this.parted = undefined;
			if (!message.octets) this.queue.shift();
			this.waiting--;
			this.ledger.sent++;
			this.ledger.octetsSent += end;
		}
		return true;
	}
}

/** The bytes of a message that waits outside of the queue: text was encoded for it, binary bytes are the caller's. */
function ownBytes(octets: ArrayBuffer | ArrayBufferView, binary: boolean): Uint8Array<ArrayBuffer> {
	const bytes = ArrayBuffer.isView(octets)
		? new Uint8Array(octets.buffer as ArrayBuffer, octets.byteOffset, octets.byteLength)
		: new Uint8Array(octets);
	return binary ? bytes.slice() : bytes;
}
