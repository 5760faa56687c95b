/** The network side of one TCP connection of the device: a Node socket with the device's small windows. */

import type { Socket } from "node:net";
import { Ended, Event, SocketOptions } from "./protocol.js";
import type { Splitter } from "./splitter.js";
import type { WireWriter } from "./wire.js";

/** How long a closed connection may take to send what was written, milliseconds; then it is reset. */
const closeTimeout = 5000;

/** Sizes that apply to a connection for its whole life. */
export interface Windows {
	/** Octets the device holds at most before its program has read them. */
	readWindow: number;
	/** Octets the device may write ahead of what the network has taken. */
	writeWindow: number;
	splitter: Splitter | undefined;
}

/** Where connections put events for the device. */
export interface EventSink {
	/** Number of the batch that takes the events of now. */
	readonly nextBatch: number;
	/** Starts an event that the device gets as soon as it can. */
	event(event: Event): WireWriter;
	/** Starts an event that may wait for the next one that cannot. */
	lazyEvent(event: Event): WireWriter;
}

export class Connection {
	readonly number: number;
	readonly #socket: Socket;
	readonly #sink: EventSink;
	readonly #windows: Windows;
	/** Called when nothing is left to do for this connection. */
	readonly #onDone: () => void;
	/** Octets given to the device and not yet read by its program. */
	#held = 0;
	/** The batch of events that has a piece of `splitReads` in it; the next piece waits until it is handled. */
	#pieceBatch: number | undefined;
	#writable = false;
	#attached = false;
	#ended = false;
	#closed = false;

	constructor(number: number, socket: Socket, sink: EventSink, windows: Windows, onDone: () => void) {
		this.number = number;
		this.#socket = socket;
		this.#sink = sink;
		this.#windows = windows;
		this.#onDone = onDone;
		socket.on("error", () => this.#end(Ended.Gone));
		socket.on("close", () => this.#end(Ended.Gone));
	}

	/** The send window to begin with. */
	get window(): number {
		return this.#windows.writeWindow;
	}

	/** Starts receiving, once the device is connected or has taken the connection from its listener. */
	attach(): void {
		this.#attached = true;
		this.#socket.on("end", () => this.#end(Ended.Finished));
		this.#socket.on("readable", () => this.#pull());
	}

	/** The outgoing connection is established. */
	connected(): void {
		if (this.#closed) return;
		this.#sink.event(Event.Connected).uint32(this.number).uint32(this.window);
		this.attach();
	}

	configure(options: number): void {
		this.#writable = (options & SocketOptions.Writable) !== 0;
		if (options & SocketOptions.NoDelay) this.#socket.setNoDelay(true);
		if (options & SocketOptions.Delay) this.#socket.setNoDelay(false);
	}

	write(octets: Uint8Array): void {
		const count = octets.byteLength;
		this.#socket.write(octets, (error) => {
			if (error || this.#closed || this.#ended) return;
			const event = this.#writable ? this.#sink.event(Event.Released) : this.#sink.lazyEvent(Event.Released);
			event.uint32(this.number).uint32(count);
		});
	}

	/** The device's program has read octets: there is room for more. */
	consumed(count: number): void {
		this.#held -= count;
		this.#pull();
	}

	/** The device has handled all events up to this batch: a piece held back by `splitReads` may follow. */
	batchHandled(batch: number): void {
		if (this.#pieceBatch === undefined || this.#pieceBatch > batch) return;
		this.#pieceBatch = undefined;
		this.#pull();
	}

	/** Closes as lwIP does: flushes and finishes, or resets if the program left received octets unread. */
	close(unread: boolean): void {
		this.#closed = true;
		const socket = this.#socket;
		socket.removeAllListeners("readable");
		if (unread || socket.readableLength > 0 || socket.connecting || socket.destroyed) {
			this.destroy();
			return;
		}
		const timer = setTimeout(() => this.destroy(), closeTimeout);
		socket.end(() => {
			clearTimeout(timer);
			socket.destroy();
		});
		socket.once("close", () => {
			clearTimeout(timer);
			this.#onDone();
		});
	}

	/** Resets the connection at once. */
	destroy(): void {
		this.#closed = true;
		const socket: Socket & { resetAndClosing?: boolean } = this.#socket;
		// Node's resetAndDestroy() sends a FIN first; with its flag set, destroy() sends the reset alone. It must
		// not be set once a FIN is on its way: the handle would never close.
		if (!socket.connecting && !socket.writableEnded) socket.resetAndClosing = true;
		socket.destroy();
		this.#onDone();
	}

	#pull(): void {
		if (!this.#attached || this.#closed) return;
		const { readWindow, splitter } = this.#windows;
		for (;;) {
			const free = readWindow - this.#held;
			if (free <= 0 || this.#pieceBatch !== undefined) return;
			const available = this.#socket.readableLength;
			if (available === 0) {
				// Asks the socket for more, and lets it see the end.
				this.#socket.read();
				return;
			}
			const piece = Math.min(available, free, splitter?.() ?? free);
			const octets: Buffer | null = this.#socket.read(piece);
			if (!octets) return;
			this.#held += octets.byteLength;
			const batch = this.#sink.nextBatch;
			this.#sink.event(Event.Received).uint32(this.number).octets(octets);
			if (splitter) this.#pieceBatch = batch;
		}
	}

	/** Only the first end counts: after it the native code listens to nothing more. */
	#end(how: Ended): void {
		if (this.#closed || this.#ended) return;
		this.#ended = true;
		this.#sink.event(Event.Ended).uint32(this.number).uint8(how);
	}
}
