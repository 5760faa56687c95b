/** The network side of one TCP connection of the device: a Node.js socket with the device's small windows. */

import type { Socket } from "node:net";
import { Ended, Event, SocketOptions } from "./protocol.js";
import type { Splitter } from "./splitter.js";
import type { WireWriter } from "./wire.js";

/** Milliseconds that a closed connection may take to send its data; then it is reset. */
const closeTimeout = 5000;

/** Window sizes of a connection, fixed for its lifetime. */
export interface Windows {
	/** Maximum number of received bytes that the program has not read yet. */
	readWindow: number;
	/** Maximum number of written bytes that the network has not taken yet. */
	writeWindow: number;
	splitter: Splitter | undefined;
}

/** Receives the events for the device. */
export interface EventSink {
	/** Number of the batch that the next event will be part of. */
	readonly nextBatch: number;
	/** Starts an event that is delivered as soon as possible. */
	event(event: Event): WireWriter;
	/** Starts an event that is delivered together with the next urgent one. */
	lazyEvent(event: Event): WireWriter;
}

export class Connection {
	readonly number: number;
	readonly #socket: Socket;
	readonly #sink: EventSink;
	readonly #windows: Windows;
	/** Called when the connection is finished. */
	readonly #onDone: () => void;
	/** Bytes that were delivered to the device and not yet read by its program. */
	#held = 0;
	/** Batch that contains the last piece of `splitReads`. The next piece is held back until it is handled. */
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

	/** Initial send window. */
	get window(): number {
		return this.#windows.writeWindow;
	}

	/** Starts receiving. Called when the device is connected or has accepted the connection. */
	attach(): void {
		this.#attached = true;
		this.#socket.on("end", () => this.#end(Ended.Finished));
		this.#socket.on("readable", () => this.#pull());
	}

	/** Called when the outgoing connection is established. */
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

	write(bytes: Uint8Array): void {
		const count = bytes.byteLength;
		this.#socket.write(bytes, (error) => {
			if (error || this.#closed || this.#ended) return;
			const event = this.#writable ? this.#sink.event(Event.Released) : this.#sink.lazyEvent(Event.Released);
			event.uint32(this.number).uint32(count);
		});
	}

	/** Called when the program has read bytes, which frees room in the read window. */
	consumed(count: number): void {
		this.#held -= count;
		this.#pull();
	}

	/**
	 * Called when the device has handled all events up to this batch: the next piece of `splitReads` may
	 * follow.
	 */
	batchHandled(batch: number): void {
		if (this.#pieceBatch === undefined || this.#pieceBatch > batch) return;
		this.#pieceBatch = undefined;
		this.#pull();
	}

	/** Closes as lwIP does: sends the data and a FIN, or resets if the program left received bytes unread. */
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

	/** Resets the connection immediately. */
	destroy(): void {
		this.#closed = true;
		const socket: Socket & { resetAndClosing?: boolean } = this.#socket;
		// Node's resetAndDestroy() sends a FIN first; destroy() with this flag sends only the reset. Do not set
		// it after a FIN was sent: the handle would never close.
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
				// read() makes the socket continue reading and detect the end.
				this.#socket.read();
				return;
			}
			const piece = Math.min(available, free, splitter?.() ?? free);
			const bytes: Buffer | null = this.#socket.read(piece);
			if (!bytes) return;
			this.#held += bytes.byteLength;
			const batch = this.#sink.nextBatch;
			this.#sink.event(Event.Received).uint32(this.number).bytes(bytes);
			if (splitter) this.#pieceBatch = batch;
		}
	}

	/** Reports the first end only: after it the native code ignores further events. */
	#end(how: Ended): void {
		if (this.#closed || this.#ended) return;
		this.#ended = true;
		this.#sink.event(Event.Ended).uint32(this.number).uint8(how);
	}
}
