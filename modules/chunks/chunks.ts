/** Binary messages that are longer than the memory, in chunks. Published as the module `xs-web-socket/chunks`. */

import type { Connection, ConnectionEvents } from "../websocket/connection.js";
import type { ConnectionCore } from "../websocket/connectioncore.js";
import { wrongType } from "../websocket/options.js";
import { type ChunkCallback, type ChunkInfo, ChunkReceiver } from "./receiver.js";

export type { ChunkCallback, ChunkInfo };

/**
 * Passes the binary messages of a Client or Socket to a listener in chunks, instead of emitting `message`: without a
 * buffer, and whatever their length. `maxMessageSize` and `receiveBudget` do not apply to them. Text is emitted as before.
 *
 * If the listener returns a promise, receiving pauses until it is settled: the peer cannot send more than the buffers of TCP
 * hold. Pings and the peer's close frame wait, too, so the promise must be settled before the peer's patience ends; the
 * silence does not count for `pingInterval` and `pongTimeout`. If the listener throws, or the promise is rejected, that is
 * traced, and the connection is closed with 1011 after an `error`, because the message has a hole.
 *
 * Each chunk counts for `bytesReceived`, the last one for `received`. A connection that ends in the middle of a message
 * emits `close`; the next chunk has `first`.
 * @param connection A Client, for all its connections, or a Socket.
 * @param listener Called with at most 1448 bytes, which are its own. Undefined or null ends it: the rest of an unfinished
 *   message is dropped. A listener that replaces another one gets the rest.
 * @throws TypeError when an argument is of the wrong type, Error when the engine cannot pause: the SDK's own cannot.
 */
export const receiveChunks = <Events extends ConnectionEvents>(
	connection: Connection<Events>,
	listener: ChunkCallback | null | undefined,
): void => {
	const core = coreOf(connection, "receiveChunks");
	const former = core.chunks as ChunkReceiver | undefined;
	if (listener === undefined || listener === null) {
		former?.stop();
		return;
	}
	if (typeof listener !== "function") throw wrongType("the listener", listener, "a function");
	const receiver = new ChunkReceiver(connection as Connection, core, listener);
	former?.stop();
	receiver.start(former);
};

const coreOf = (connection: unknown, name: string): ConnectionCore => {
	const { core } = (connection ?? {}) as { core?: ConnectionCore };
	if (!core?.queue) throw wrongType(`the connection of ${name}()`, connection, "a Client or a Socket");
	return core;
};
