/** Receives messages in chunks on the device: what a test asks for, by a method that no connection has. */
import Timer from "timer";
import type { Client, Socket } from "xs-web-socket";
import { type ChunkInfo, type ChunkSource, receiveChunks, sendChunks } from "xs-web-socket/chunks";

/** Reports an event of the connection. */
type Emit = (event: string, ...values: unknown[]) => void;

/** What the listener does with each chunk. */
type Habit =
	/** Return nothing. */
	| "fast"
	/** Return a promise that is resolved in a later turn. */
	| "later"
	/** Hold the chunk that contains byte `at`, and emit "held", until resumeChunks(). */
	| "hold"
	/** Fail for the chunk that contains byte `at`: throw, or return a promise that is rejected. */
	| "throw"
	| "reject";

/** A source for tests: pieces of `size` bytes, `count` of them. The bytes of a message go on from piece to piece. */
interface SourceOptions {
	readonly size: number;
	readonly count: number;
	/** True for a source that gives promises. */
	readonly later?: boolean;
	/** Index of the piece that is not given before resumeChunks(); "asked" is emitted. */
	readonly holdAt?: number;
	/** Index of the piece in place of which the source throws, or gives a number. */
	readonly throwAt?: number;
	readonly wrongAt?: number;
	readonly binary?: boolean;
	/** True to emit "asked" for each piece. */
	readonly tells?: boolean;
}

/** Byte of a message at a position. */
const byteAt = (position: number): number => (position * 7 + (position >> 8) * 13) & 0xff;

/** Emits "returned" when the message is lost. */
function sourceOf(connection: object, emit: Emit, options: SourceOptions): ChunkSource {
	const { size, count, later, holdAt, throwAt, wrongAt, tells, binary = true } = options;
	let index = 0;
	const give = (): IteratorResult<ArrayBuffer, undefined> => {
		if (tells) emit("asked", index);
		if (index === throwAt) throw new Error("the sensor is gone");
		if (index === wrongAt) return { done: false, value: 5 as unknown as ArrayBuffer };
		if (index === count) return { done: true, value: undefined };
		const bytes = new Uint8Array(size);
		const start = index++ * size;
		for (let at = 0; at < size; at++) bytes[at] = binary ? byteAt(start + at) : 0x61 + ((start + at) % 26);
		return { done: false, value: bytes.buffer };
	};
	const next = (): unknown => {
		if (!later) return give();
		return new Promise((resolve, reject) => {
			const settle = () => {
				try {
					resolve(give());
				} catch (error) {
					reject(error);
				}
			};
			if (index !== holdAt) return Timer.set(settle, 0);
			emit("held", index);
			held.set(connection, settle);
			return undefined;
		});
	};
	const iterator = {
		next,
		return(): unknown {
			emit("returned");
			return later ? Promise.reject(new Error("from return()")) : {};
		},
	};
	return { [later ? Symbol.asyncIterator : Symbol.iterator]: () => iterator } as unknown as ChunkSource;
}

interface Message {
	length: number;
	/** FNV-1a, 32 bits, of the first byte and each 61st after it: of all it would take the device long. */
	checksum: number;
	chunks: number;
	/** Length of the longest chunk. */
	longest: number;
	/** Chunks with `first`. */
	firsts: number;
}

const stride = 61;

const empty = (): Message => ({ length: 0, checksum: 0x811c9dc5, chunks: 0, longest: 0, firsts: 0 });

/** Adds bytes at a position of their message to its checksum. */
function addTo(checksum: number, bytes: Uint8Array, position: number): number {
	let sum = checksum;
	const skipped = position % stride;
	for (let index = skipped ? stride - skipped : 0; index < bytes.length; index += stride)
		sum = Math.imul(sum ^ (bytes[index] as number), 0x01000193);
	return sum;
}

const held = new Map<object, () => void>();

/** Methods of a connection for tests. */
export const chunkMethods = {
	/** Emits "received" with a Message for each complete one. */
	receiveChunks(connection: Client | Socket, emit: Emit, habit: Habit | null | undefined, at = 0): void {
		if (!habit) return receiveChunks(connection, habit);
		let message = empty();
		receiveChunks(connection, function (this: unknown, bytes: ArrayBuffer, { first, last }: ChunkInfo) {
			if (this !== connection) throw new Error("this is not the connection");
			if (first) message = empty();
			const { length } = message;
			message.length += bytes.byteLength;
			message.checksum = addTo(message.checksum, new Uint8Array(bytes), length);
			message.chunks++;
			message.longest = Math.max(message.longest, bytes.byteLength);
			if (first) message.firsts++;
			if (last) emit("received", { ...message, checksum: message.checksum >>> 0 });
			const isHere = length <= at && at < message.length;
			if (habit === "throw" && isHere) throw new Error("the flash is full");
			if (habit === "reject" && isHere) return Promise.reject(new Error("the flash is full"));
			if (habit === "hold" && isHere) {
				emit("held", message.length);
				return new Promise<void>((resolve) => held.set(connection, resolve));
			}
			if (habit !== "later") return undefined;
			return new Promise<void>((resolve) => Timer.set(() => resolve(), 0));
		});
	},

	/** Emits "settled" with the fate of a message that is queued. */
	sendChunks(connection: Client | Socket, emit: Emit, options: SourceOptions): string {
		const { binary } = options;
		return sendChunks(connection, sourceOf(connection, emit, options), {
			...(binary === undefined ? {} : { binary }),
			onSettled: (fate) => emit("settled", fate),
		});
	},

	/** Passes any source and options. */
	sendFrom(connection: Client | Socket, _emit: Emit, source: unknown, options: object): string {
		return sendChunks(connection, source as ChunkSource, options);
	},

	resumeChunks(connection: Client | Socket): void {
		held.get(connection)?.();
		held.delete(connection);
	},

	/** Passes a wrong listener. */
	receiveWrongly(connection: Client | Socket, _emit: Emit, listener: unknown): void {
		receiveChunks(connection, listener as () => void);
	},
};
