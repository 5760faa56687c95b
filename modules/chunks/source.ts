import type { Channel } from "../channel/contract.js";
import { after, guard, textOf } from "../channel/timers.js";
import { bytesOf } from "../rfc6455/bytes.js";
import type { ConnectionCore } from "../websocket/connectioncore.js";
import { traceException } from "../websocket/listeners.js";
import { wrongType } from "../websocket/options.js";

/** A piece of a message: bytes. */
export type ChunkBytes = ArrayBuffer | ArrayBufferView;

/** Gives the pieces of a message. */
export type ChunkSource = Iterable<ChunkBytes> | AsyncIterable<ChunkBytes>;

type Result = IteratorResult<unknown, unknown>;
type Later<T> = { then?(onResolved: (value: T) => void, onRejected: (error: unknown) => void): unknown };
/** What both kinds of iterators have. */
interface Pieces {
	next(): Result | Later<Result>;
	return?(): unknown;
}

/** Close code of RFC 6455 section 7.4.1. A number, because an import would add a module. */
const internalError = 1011;

/** Longest payload of a fragment, in bytes: with the longest header it needs, it fits a TCP segment of lwIP. */
const longestFragment = 1428;

/** The queue in which the message of a source waits. */
export interface SourceOwner {
	readonly core: ConnectionCore;
	/** The message that is being sent is lost. */
	loseCurrent(): void;
}

/** Sends the pieces of a source as the fragments of one message, as the window allows. */
export class PacedSource {
	readonly binary: boolean;
	/** True once a fragment was sent: the message cannot be sent again. */
	isStarted: boolean;
	/** True once the last fragment was sent. */
	isComplete: boolean;
	/** Bytes that were sent. */
	length: number;
	private readonly owner: SourceOwner;
	private readonly core: ConnectionCore;
	private readonly pieces: Pieces;
	/** The rest of the current piece. */
	private rest: Uint8Array | undefined;
	/** True while a promise of the source is pending. */
	private isPending: boolean;
	/** True while the source is asked. */
	private isAsking: boolean;
	/** True once the source has no more pieces. */
	private isExhausted: boolean;
	/** True once the message is lost. */
	private isLost: boolean;

	/** @throws TypeError when the source is not an iterable. */
	constructor(owner: SourceOwner, source: ChunkSource, binary: boolean) {
		this.binary = binary;
		this.isStarted = false;
		this.isComplete = false;
		this.length = 0;
		this.owner = owner;
		this.core = owner.core;
		this.pieces = piecesOf(source);
		this.rest = undefined;
		this.isPending = false;
		this.isAsking = false;
		this.isExhausted = false;
		this.isLost = false;
	}

	/** Sends a fragment. Returns false when none can be sent now. */
	send(channel: Channel): boolean {
		const { writer } = channel;
		if (!this.rest && !this.isExhausted) this.request();
		if (this.isLost) return false;
		const { rest, isExhausted } = this;
		if (rest) {
			if (!rest.length) {
				// It would never be sent, and nothing behind it.
				this.fail(new TypeError("a piece was detached, or its buffer has shrunk, before it was sent"), false);
				return false;
			}
			const { capacity } = writer;
			let count = capacity < longestFragment ? capacity : longestFragment;
			if (count > rest.length) count = rest.length;
			// A window that is narrower than a header takes nothing.
			if (count === 0 || writer.write(rest.subarray(0, count), this.binary, true) < 0) return false;
			this.isStarted = true;
			this.length += count;
			this.rest = count < rest.length ? rest.subarray(count) : undefined;
			return true;
		}
		// The end is known when every piece was sent: an empty fragment tells it.
		if (!isExhausted || writer.write(new ArrayBuffer(0), this.binary, false) < 0) return false;
		this.isComplete = true;
		return true;
	}

	/** The message is lost. Not called again. */
	end(): void {
		this.isLost = true;
		this.rest = undefined;
		if (this.isExhausted) return;
		this.isExhausted = true;
		// In a later turn, because it may send: not inside close(), which has not closed the channel, and not inside next().
		after(0, () => {
			const result = this.pieces.return?.() as Later<unknown> | undefined;
			if (typeof result?.then === "function") result.then(nothing, traceRejection);
		});
	}

	/** Sends what it can, in a later turn. */
	continueLater(): void {
		after(0, () => this.continue());
	}

	private continue(): void {
		if (!this.isLost && this.core.isOpen) guard(this.core.onWindow, this.core);
	}

	/** Requests the next piece. It may come later. */
	private request(): void {
		if (this.isPending) return;
		let result: Result | Later<Result>;
		this.isAsking = true;
		try {
			result = this.pieces.next();
			if (typeof (result as Later<Result>).then === "function") {
				this.isPending = true;
				(result as Required<Later<Result>>).then(
					(value) => this.resume(() => this.accept(value)),
					(error) => this.resume(() => this.fail(error, true)),
				);
				return;
			}
		} catch (error) {
			return this.fail(error, true);
		} finally {
			this.isAsking = false;
		}
		this.accept(result as Result);
	}

	/** A promise of the source is settled. */
	private resume(action: () => void): void {
		this.isPending = false;
		if (this.isLost) return;
		guard(action);
		// What is no promise may be settled at once: send() goes on then.
		if (!this.isAsking) this.continue();
	}

	/** Takes what the source has given. */
	private accept(result: Result): void {
		try {
			if (result.done) {
				this.isExhausted = true;
				return;
			}
			const { value } = result;
			if (!isBytes(value)) throw wrongType("a piece of the source", value, "an ArrayBuffer or a view");
			if (value.byteLength) this.rest = bytesOf(value);
			// An endless source of nothing must not hold the device.
			else this.continueLater();
		} catch (error) {
			this.fail(error, false);
		}
	}

	/**
	 * The source has failed: the message is lost.
	 * @param hasEnded True when return() need not be called.
	 */
	private fail(error: unknown, hasEnded: boolean): void {
		traceException("chunk", error);
		// It may have closed the connection before.
		if (this.isLost) return;
		const { core } = this;
		const message = `the source of a message has failed: ${textOf(error)}`;
		this.isExhausted = hasEnded;
		if (this.isStarted) return core.giveUp(internalError, message);
		this.owner.loseCurrent();
		core.report(message);
		// Messages may wait behind it.
		after(0, () => core.isOpen && core.onWindow());
	}
}

const piecesOf = (source: ChunkSource): Pieces => {
	if (typeof source === "object" && source !== null && !isBytes(source)) {
		const { [Symbol.asyncIterator]: later } = source as Partial<AsyncIterable<ChunkBytes>>;
		if (typeof later === "function") return later.call(source) as Pieces;
		const { [Symbol.iterator]: now } = source as Partial<Iterable<ChunkBytes>>;
		if (typeof now === "function") return now.call(source);
	}
	throw wrongType("the source", source, "an iterable of ArrayBuffers or views, such as [bytes]");
};

const isBytes = (value: unknown): value is ChunkBytes => {
	return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
};

const nothing = (): void => {};

const traceRejection = (error: unknown): void => traceException("chunk", error);
