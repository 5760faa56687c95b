import { FirstOctet, Opcode } from "../rfc6455/frame.js";
import { type FrameSink, frameSinkOf, type WebSocketClient } from "./engine.js";
import type { Ledger } from "./ledger.js";
import { SendQueue } from "./sendqueue.js";
import type { ConnectionSettings } from "./settings.js";

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
	/** Where frames go, while there is a WebSocket. */
	private sink: FrameSink | undefined = undefined;
	private readonly ledger: Ledger;
	private readonly queue: SendQueue;
	private readonly settings: ConnectionSettings;
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
	}

	/**
	 * Sends a message at once. Returns false, and has done nothing, when it must wait.
	 * @param transfer True gives the octets away: they may be masked in place.
	 */
	write(octets: ArrayBuffer | ArrayBufferView, binary: boolean, transfer: boolean): boolean {
		const length = octets.byteLength;
		if (this.waiting || length > this.window || !this.window) return false;
		if (!this.sendFrame(frameOf(binary), octets, length, transfer)) return false;
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
		this.sink ??= frameSinkOf(webSocket);
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

	private discard(message: string): void {
		this.ledger.discarded++;
		if (this.reported) return;
		this.reported = true;
		this.owner.onOverflow(message);
	}

	private send(): void {
		while (this.window && this.waiting && this.sendFirst());
	}

	/** Sends the first message or a part of it. Returns false when it has to wait for a wider window. */
	private sendFirst(): boolean {
		if (this.parted) return this.sendPart(this.parted);
		const { queue } = this;
		const { length } = queue;
		if (length > this.window) {
			if (length <= this.widest) return false;
			this.parted = new PartedMessage(queue.peek().slice(), queue.binary);
			queue.shift();
			return true;
		}
		if (!this.sendFrame(frameOf(queue.binary), queue.peek(), length, true)) return false;
		queue.shift();
		this.countSent(length);
		return true;
	}

	private sendPart(message: PartedMessage): boolean {
		const { octets, binary, offset } = message;
		const end = Math.min(offset + this.window, octets.length);
		let first = offset ? Opcode.continuation : frameOf(binary);
		if (end < octets.length) first &= FirstOctet.opcode;
		else first |= FirstOctet.final;
		if (!this.sendFrame(first, octets.slice(offset, end), end - offset, true)) return false;
		message.offset = end;
		if (end === octets.length) {
			this.parted = undefined;
			this.countSent(end);
		}
		return true;
	}

	/** A message that has waited has left. */
	private countSent(length: number): void {
		const { ledger } = this;
		this.waiting--;
		ledger.sent++;
		ledger.octetsSent += length;
	}

	/** Sends a frame. Returns false when the window has turned out to be shut. */
	private sendFrame(
		first: number,
		octets: ArrayBuffer | ArrayBufferView,
		length: number,
		transfer: boolean,
	): boolean {
		let window = -1;
		try {
			window = (this.sink as FrameSink).writeFrame(first, octets, length, transfer);
		} catch {
			// The socket has failed and has not said so yet.
		}
		this.window = window > 0 ? window : 0;
		return window >= 0;
	}
}

/** The first octet of a message in one frame. */
function frameOf(binary: boolean): number {
	return binary ? FirstOctet.final | Opcode.binary : FirstOctet.final | Opcode.text;
}
