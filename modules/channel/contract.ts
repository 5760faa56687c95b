/** The contract between a Client or Server and the engine beneath it. */

import type { MessageListener, ParserSettings } from "../rfc6455/parsing.js";
import type { MessageWriter } from "../rfc6455/writing.js";

/** An open WebSocket, whatever carries it. Its methods never call the listener and never throw. */
export interface Channel {
	/** Sends messages. A property, because a call more for each message would be slower. */
	readonly writer: MessageWriter;
	/** Returns, once, the message for which onMessage() was called without data. */
	takeMessage(): ArrayBuffer | string;
	/** Size of the buffer of an unfinished message, in bytes. */
	readonly buffered: number;
	/**
	 * Stops receiving before the next message, or piece of one, until resume(): the peer feels back pressure. Absent if the
	 * engine cannot.
	 */
	pause?(): void;
	/** Continues receiving, in a later turn. */
	resume?(): void;
	/** Sends an empty ping if it fits the window. */
	ping(): void;
	/**
	 * Starts the closing handshake, limited by `closeTimeout`: onClose() follows. The close frame is sent as soon as the
	 * window allows. Messages that arrive from now on are dropped. Repeated calls do nothing.
	 * @param code A code that isSendableCloseCode() allows.
	 * @param reason At most 123 bytes in UTF-8; the rest is cut off.
	 */
	close(code: number, reason: string): void;
	/** Ends the connection at once, without a close frame. No more events. Repeated calls do nothing. */
	destroy(): void;
}

/**
 * Receives the events of a Channel. Any callback may close or destroy the channel; none is called inside one of its
 * methods, and none after destroy() or onClose().
 */
export interface ChannelListener extends MessageListener {
	/** The WebSocket is open. @param protocol The subprotocol chosen, or "". */
	onOpen(channel: Channel, protocol: string): void;
	/** The window has changed. Not called once the channel is closing. */
	onWindow(): void;
	/** The peer has started the closing handshake: nothing can be sent any more. */
	onClosing(): void;
	/** The peer has violated the protocol or a limit. It is sent a close frame. */
	onFault(code: number, message: string): void;
	/**
	 * The connection has ended: the last event.
	 * @param code Close code and reason of RFC 6455 sections 7.1.5 and 7.1.6.
	 * @param failure Why it ended without a closing handshake and without a fault; otherwise undefined.
	 */
	onClose(code: number, reason: string, failure: string | undefined): void;
	/** A control frame has arrived. */
	onControl?(opcode: number, payload: ArrayBuffer): void;
}

/** Settings that all channels of a Client or Server share. */
export interface ChannelSettings extends ParserSettings {
	/**
	 * Time limit for the closing handshake, in milliseconds. After it a client waits for the same time again until the
	 * server ends the TCP connection.
	 */
	readonly closeTimeout: number;
}
