/** Binary messages that are longer than the memory, in chunks. Published as the module `xs-web-socket/chunks`. */

import type { Connection, ConnectionEvents, SendOptions } from "../websocket/connection.js";
import type { ConnectionCore } from "../websocket/connectioncore.js";
import type { Fate } from "../websocket/fates.js";
import { booleanOption, given, rawOptions, wrongType } from "../websocket/options.js";
import { type ChunkCallback, type ChunkInfo, ChunkReceiver } from "./receiver.js";
import { type ChunkBytes, type ChunkSource, PacedSource } from "./source.js";
import { SourceQueue } from "./sourcequeue.js";

export type { ChunkBytes, ChunkCallback, ChunkInfo, ChunkSource };

/**
 * In the module `xs-web-socket/chunks`, for apps that include `manifest_chunks.json`.
 *
 * Passes the binary messages of a Client or Socket to a listener in chunks, instead of emitting `message`: without a
 * buffer, and whatever their length. `maxMessageSize` and `receiveBudget` do not apply to them. Text is emitted as before.
 *
 * If the listener returns a promise, receiving pauses until it is settled: the peer cannot send more than the buffers of TCP
 * hold. Pings and the peer's close frame wait, too, so settle the promise before the peer times out. The pause does not count
 * for `pingInterval` and `pongTimeout`. If the listener throws, or the promise is rejected, that is traced, and the connection
 * is closed with 1011 after an `error`, because a part of the message is missing.
 *
 * Each chunk counts for `bytesReceived`, the last one for `received`. A connection that ends in the middle of a message
 * emits `close`; the next chunk has `first`.
 * @param connection A Client, for all its connections, or a Socket.
 * @param listener Called with at most 1448 bytes, in a buffer of its own. Undefined or null ends it: the rest of an
 *   unfinished message is dropped, also if a listener follows. A listener that replaces another one gets that rest.
 * @throws TypeError when an argument is of the wrong type, Error when the connection is open on the SDK's native engine, which
 *   cannot pause. A connection that opens later is closed there with 1011 at the first binary message.
 */
export const receiveChunks = <Events extends ConnectionEvents>(
	connection: Connection<Events>,
	listener: ChunkCallback | null | undefined,
): void => {
	const core = coreOf(connection, "receiveChunks");
	const former = core.chunks as ChunkReceiver | undefined;
	if (listener === undefined || listener === null) {
		former?.end();
		return;
	}
	if (typeof listener !== "function") throw wrongType("the listener", listener, "a function");
	const receiver = new ChunkReceiver(connection as Connection, core, listener);
	former?.stop();
	receiver.start(former);
};

/**
 * In the module `xs-web-socket/chunks`, for apps that include `manifest_chunks.json`.
 *
 * Sends one message whose bytes come from a source, piece by piece, as fragments (RFC 6455 section 5.4). A piece is requested
 * when the send window has room, and sent in fragments of at most 1428 bytes without a copy of it: it must not change until
 * the next one is requested. The message takes 4 bytes of the send queue, where it waits for its turn; messages that are sent
 * later wait behind it, even while the source has no piece. Control frames do not wait. Four messages from sources may wait:
 * another one is discarded, whatever `overflow` is.
 *
 * If the source throws, rejects or gives something else, the message is lost: that is traced, and an `error` is emitted. If
 * fragments were sent, the connection is closed with 1011, because a message that has started cannot be taken back. If the
 * connection ends, a message that has started is lost, because the source cannot start again; one that has not waits for the
 * next connection of a Client. return() of an iterator is called, in a later turn, when its message is lost. A message from a
 * source that never ends does not end either.
 * @param connection A Client or a Socket.
 * @param source Gives ArrayBuffers or views, of any length: an array, a generator, an object with Symbol.iterator or
 *   Symbol.asyncIterator.
 * @param options `binary`: true (default) for a binary message, false for text, which must be UTF-8 as a whole; `onSettled` as
 *   for send().
 * @returns "queued", or "discarded" as by send(). `counters` and `bufferedAmount` do not count the bytes of the message before
 *   it is sent completely.
 * @throws TypeError when an argument is of the wrong type; nothing has changed then.
 */
export const sendChunks = <Events extends ConnectionEvents>(
	connection: Connection<Events>,
	source: ChunkSource,
	options?: Pick<SendOptions, "binary" | "onSettled">,
): "queued" | "discarded" => {
	const core = coreOf(connection, "sendChunks");
	const raw = rawOptions(options);
	const onSettled = given(raw, "onSettled");
	if (onSettled !== undefined && typeof onSettled !== "function")
		throw wrongType("onSettled", onSettled, "a function");
	const binary = given(raw, "binary") === undefined || booleanOption(raw, "binary");
	const queue = (core.sources as SourceQueue | undefined) ?? new SourceQueue(core);
	const message = new PacedSource(queue, source, binary);
	if (!core.mayWait) {
		core.discard();
		return "discarded";
	}
	if (!queue.add(message)) return "discarded";
	if (onSettled) core.watch(onSettled as (fate: Fate) => void, 0);
	// A source is not asked inside of a method, and a window that has its full width emits no further event.
	message.continueLater();
	return "queued";
};

const coreOf = (connection: unknown, name: string): ConnectionCore => {
	const { core } = (connection ?? {}) as { core?: ConnectionCore };
	if (!core?.queue) throw wrongType(`the connection of ${name}()`, connection, "a Client or a Socket");
	return core;
};
