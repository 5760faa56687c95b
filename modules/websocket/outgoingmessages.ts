import type { WebSocketClient, WriteOptions } from "./engine.js";
import type { Ledger } from "./ledger.js";
import { SendQueue } from "./sendqueue.js";
import type { ConnectionSettings } from "./settings.js";

/** All properties are there: the engine looks longest for those that are not. */
function writeOptions(binary: boolean, more: boolean, transfer: boolean): WriteOptions {
	return Object.freeze({ opcode: undefined, binary, more, transfer });
}

// The caller's own octets are not ours to mask in place; the queue's are.
const copiedText = writeOptions(false, false, false);
const copiedBinary = writeOptions(true, false, false);
const ownText = writeOptions(false, false, true);
const ownBinary = writeOptions(true, false, true);
const partOfText = writeOptions(false, true, true);
const partOfBinary = writeOptions(true, true, true);

/** A message that leaves in parts. */
class PartedMessage {
	readonly octets: Uint8Array<ArrayBuffer>;
	readonly binary: boolean;
	/** Octets that have left. */
	offset = 0;

	constructor(octets: Uint8Array<ArrayBuffer>, binary: boolean) {
		this.octets = octets;
		this.binary = binary;
	}
}

/** Whoever the messages belong to. */
export interface OutgoingMessagesOwner {
	/** The first message of an episode was discarded: a sentence that says so. Called inside enqueue(). */
	onOverflow(message: string): void;
}

/**
 * The messages of one connection on their way out: straight to the socket while nothing waits and the window
 * is wide enough, otherwise through the send queue. A message leaves as one frame if the window ever gets
 * wide enough for it; a longer one leaves in parts.
 */
export class OutgoingMessages {
	/** The longest message that the WebSocket takes now, in octets; 0 when there is no WebSocket. */
	private window = 0;
	/** Messages that wait. */
	waiting = 0;
	private webSocket: WebSocketClient | undefined = undefined;
	private readonly ledger: Ledger;
	private readonly settings: ConnectionSettings;
	/** How a message goes out that has not waited, by what it is. */
	private readonly textOptions: WriteOptions;
	private readonly binaryOptions: WriteOptions;
	private readonly queue: SendQueue;
	private readonly owner: OutgoingMessagesOwner;
	/** The widest that the window has been on this connection. */
	private widest = 0;
	/** The message that leaves in parts. It has left the queue, so that those behind it can give way. */
	private parted: PartedMessage | undefined = undefined;
	/** Messages have waited or found no room since the queue was last empty: `drain` is due. */
	private owesDrain = false;
	/** A discarded message was reported since then. */
	private reported = false;

	constructor(settings: ConnectionSettings, ledger: Ledger, owner: OutgoingMessagesOwner) {
		this.settings = settings;
		this.ledger = ledger;
		this.owner = owner;
		this.queue = new SendQueue(settings.sendQueueSize);
		const own = !settings.sendType.binary;
		this.textOptions = own ? ownText : copiedText;
		this.binaryOptions = own ? ownBinary : copiedBinary;
	}

	/** Sends a message at once. Returns false, and has done nothing, when it must wait. */
	write(octets: ArrayBuffer | ArrayBufferView, binary: boolean): boolean {
		const length = octets.byteLength;
		if (this.waiting || length > this.window || this.window === 0) return false;
		const options = binary ? this.binaryOptions : this.textOptions;
		try {
			this.window = (this.webSocket as WebSocketClient).write(octets, options);
		} catch {
			// The socket has failed and has not said so yet.
			this.window = 0;
			return false;
		}
		const { ledger } = this;
		ledger.accepted++;
		ledger.sent++;
		ledger.octetsSent += length;
		return true;
	}

	/** Puts a message in the queue. Returns false when it is discarded. */
	enqueue(octets: ArrayBuffer | ArrayBufferView, binary: boolean): boolean {
		const { queue, ledger, settings } = this;
		const length = octets.byteLength;
		this.owesDrain = true;
		if (length > queue.capacity) {
			this.discard(
				`a message of ${length} octets can never wait in the send queue, which takes ${Math.max(queue.capacity, 0)} at most`,
			);
			return false;
		}
		while (!queue.push(octets, binary)) {
			this.discard(`the send queue of ${settings.sendQueueSize} octets is full; messages are discarded`);
			if (!settings.dropOldest) return false;
			queue.shift();
			this.waiting--;
			ledger.lost++;
		}
		ledger.accepted++;
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
		this.webSocket = webSocket;
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
		this.webSocket = undefined;
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

	private discard(message: string): void {
		this.ledger.discarded++;
		if (this.reported) return;
		this.reported = true;
		this.owner.onOverflow(message);
	}

	private send(): void {
		try {
			while (this.window && this.waiting && this.sendFirst());
		} catch {
			this.window = 0;
		}
	}

	/** Sends the first message or a part of it. Returns false when it has to wait for a wider window. */
	private sendFirst(): boolean {
		const { queue } = this;
		if (this.parted) return this.sendPart(this.parted);
		const length = queue.length;
		const binary = queue.binary;
		if (length <= this.window) {
			this.window = (this.webSocket as WebSocketClient).write(queue.peek(), binary ? ownBinary : ownText);
			queue.shift();
			this.waiting--;
			this.countSent(length);
			return true;
		}
		if (length <= this.widest) return false;
		this.parted = new PartedMessage(queue.peek().slice(), binary);
		queue.shift();
		return true;
	}

	private sendPart(message: PartedMessage): boolean {
		const { octets, binary, offset } = message;
		const end = Math.min(offset + this.window, octets.length);
		const last = end === octets.length;
		const options = last ? (binary ? ownBinary : ownText) : binary ? partOfBinary : partOfText;
		this.window = (this.webSocket as WebSocketClient).write(octets.slice(offset, end), options);
		message.offset = end;
		if (last) {
			this.parted = undefined;
			this.waiting--;
			this.countSent(octets.length);
		}
		return true;
	}

	private countSent(length: number): void {
		const { ledger } = this;
		ledger.sent++;
		ledger.octetsSent += length;
	}
}
