import { HeldBytes } from "./heldbytes.js";
import type { Transport } from "./transport.js";

/** Reads the fields of frames in whatever pieces they arrive. */
export abstract class FieldReader {
	/** True while reading is paused. */
	paused: boolean;
	protected transport: Transport | undefined;
	/** Number of unread bytes in `transport`. */
	protected available: number;
	/** Bytes that have been read of a field that arrives in pieces. */
	protected filled: number;
	/** First byte of a word whose second byte has not arrived. */
	private partial: number;
	/** Bytes that were read before, and come first. */
	private held: HeldBytes | undefined;
	/** Number of unread bytes in the transport behind them. */
	private behind: number;
	/** Scratch memory for two bytes. */
	private readonly word: Uint8Array<ArrayBuffer>;

	constructor(word: Uint8Array<ArrayBuffer>) {
		this.paused = false;
		this.transport = undefined;
		this.available = 0;
		this.filled = 0;
		this.partial = 0;
		this.held = undefined;
		this.behind = 0;
		this.word = word;
	}

	/** Reads what comes next. Returns false when bytes are missing. */
	protected abstract step(): boolean;

	/** Keeps bytes that were read already, from a position: they come before those of the transport. */
	hold(bytes: ArrayBuffer, position: number): void {
		if (position < bytes.byteLength) this.held = new HeldBytes(bytes, position);
	}

	/**
	 * Reads from the transport until bytes are missing, or the reader is paused or closed.
	 * @param available Number of unread bytes in the transport.
	 */
	receive(transport: Transport, available: number): void {
		const { held } = this;
		this.behind = available;
		if (held) {
			this.readFrom(held, held.remaining);
			if (!this.transport || held.remaining) return;
			this.held = undefined;
		}
		this.readFrom(transport, available);
	}

	/** Number of unread bytes in the transport. */
	get unread(): number {
		return this.held ? this.behind : this.available;
	}

	/** Stops reading for good. */
	close(): void {
		this.transport = undefined;
	}

	/** Reads two bytes, together or one by one. Returns -1 until they have arrived. */
	protected takeWord(): number {
		const transport = this.transport as Transport;
		const { word } = this;
		if (this.available >= 2 && this.filled === 0) {
			transport.read(word);
			this.available -= 2;
			return ((word[0] as number) << 8) | (word[1] as number);
		}
		if (this.available === 0) return -1;
		const byte = new Uint8Array(transport.read(1))[0] as number;
		this.available--;
		if (this.filled) {
			this.filled = 0;
			return (this.partial << 8) | byte;
		}
		this.partial = byte;
		this.filled = 1;
		return this.takeWord();
	}

	/** Fills a field, together or in pieces. Returns whether it is full. */
	protected takeField(field: Uint8Array): boolean {
		const transport = this.transport as Transport;
		const size = field.length;
		const missing = size - this.filled;
		const count = this.available < missing ? this.available : missing;
		if (count === size && size) transport.read(field);
		else if (count) field.set(new Uint8Array(transport.read(count)), this.filled);
		this.available -= count;
		this.filled = count < missing ? this.filled + count : 0;
		return count === missing;
	}

	/** Drops up to `count` bytes. Returns how many. */
	protected dropBytes(count: number): number {
		const dropped = count < this.available ? count : this.available;
		if (dropped) this.transport?.read(dropped);
		this.available -= dropped;
		return dropped;
	}

	private readFrom(transport: Transport, available: number): void {
		this.transport = transport;
		this.available = available;
		while (this.transport && !this.paused && this.step());
	}
}
