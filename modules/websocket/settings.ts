import type { ChannelSettings } from "../channel/contract.js";
import { longestQueue } from "../rfc6455/sendqueue.js";
import { JsonType } from "./jsontype.js";
import type { MediaType } from "./mediatype.js";
import { mediaType } from "./mediatypes.js";
import { integerOption, type RawOptions, stringsOption, wrongType, wrongValue } from "./options.js";

/** The options that Client and Server share; a Server's apply to its Sockets. */
export interface ConnectionOptions {
	/** MIME type of the messages received. Default "application/json". */
	readonly receiveType?: string | null;
	/** MIME type of the messages sent. Default "application/json". */
	readonly sendType?: string | null;
	/**
	 * Bytes of the send queue, from 0 (none) to 16777216, allocated by the constructor. Each message takes 4 bytes more than
	 * its length, and its key. Default 4096.
	 */
	readonly sendQueueSize?: number | null;
	/** Which message is discarded when the send queue is full: the new one ("refuse", the default) or the oldest ones. */
	readonly overflow?: "refuse" | "drop-oldest" | null;
	/**
	 * Longest message that is received, in bytes, from 0 to 67108864. A message may take several times as much memory.
	 * Default 8192 for a Client, 4096 for a Server.
	 */
	readonly maxMessageSize?: number | null;
	/**
	 * JSON: deepest nesting of arrays and objects in a message received, from 1 to 32. A message that is nested more
	 * deeply is emitted as its text. A value that is sent may have 2 levels more. Default 8.
	 */
	readonly maxDepth?: number | null;
	/**
	 * JSON: number of values in a message received, arrays and objects included, from 1 to 2147483647. A message with
	 * more, or with more than 24 empty arrays, is emitted as its text. Default 512.
	 */
	readonly maxValues?: number | null;
	/**
	 * JSON: the property names that the app reads. Properties with other names are left out of received messages, and
	 * take no memory. Default: all are kept.
	 */
	readonly names?: readonly string[] | null;
	/**
	 * JSON without `names`: bytes for the property names that only peers use, from 0 to 2147483647. XS never frees a name.
	 * When they are used up, a message with another new name is emitted as its text; the first one emits `error`, too.
	 * Default 2048.
	 */
	readonly nameMemory?: number | null;
	/** Milliseconds of silence after which the peer is sent a ping; 0 for never. Default 30000. */
	readonly pingInterval?: number | null;
	/** Milliseconds of further silence after that ping until the connection is destroyed. Default 10000. */
	readonly pongTimeout?: number | null;
	/**
	 * Time limit for the closing handshake, in milliseconds. After it a Client waits for the same time again until the
	 * server ends the TCP connection. Default 2000.
	 */
	readonly closeTimeout?: number | null;
	/**
	 * Milliseconds that send() stalls the whole device for each message that waits afterwards, at most 1000 ms at a time.
	 * Stalled time does not count against a Client's `connectTimeout`. Default 0.
	 */
	readonly throttleFactor?: number | null;
}

const enum Limit {
	/** Longest message that every engine can allocate, in bytes. */
	messageSize = 0x4000000,
	/** Ticks per interval: a ping is at most one part in 8 late. */
	ticks = 8,
	/** Shortest time between two ticks, in milliseconds. */
	tick = 5,
}

/** The checked options of connections; all Sockets of a Server share one object. */
export class ConnectionSettings implements ChannelSettings {
	readonly sendType: MediaType;
	readonly receiveType: MediaType;
	readonly sendQueueSize: number;
	readonly dropOldest: boolean;
	readonly maxMessageSize: number;
	readonly closeTimeout: number;
	readonly throttleFactor: number;
	/** Milliseconds between two ticks; 0 for no liveness check. */
	readonly tick: number;
	/** Ticks of silence after which a ping is sent. */
	readonly pingTicks: number;
	/** Ticks of silence after which the connection is destroyed. */
	readonly destroyTicks: number;
	/** True to receive text as strings. */
	readonly strings: boolean;
	readonly word: Uint8Array<ArrayBuffer>;

	/** @throws TypeError or RangeError that names the option and its value. */
	static ofClient(options: RawOptions): ConnectionSettings {
		return new ConnectionSettings(options, 8192);
	}

	/** @throws TypeError or RangeError that names the option and its value. */
	static ofServer(options: RawOptions): ConnectionSettings {
		return new ConnectionSettings(options, 4096);
	}

	private constructor(options: RawOptions, defaultMessageSize: number) {
		const json = new JsonType({
			maxDepth: integerOption(options, "maxDepth", 8, 1, 32),
			maxValues: integerOption(options, "maxValues", 512, 1),
			names: stringsOption(options, "names"),
			nameMemory: integerOption(options, "nameMemory", 2048),
		});
		this.sendType = mediaType("sendType", options["sendType"], json);
		this.receiveType = mediaType("receiveType", options["receiveType"], json);
		this.sendQueueSize = integerOption(options, "sendQueueSize", 4096, 0, longestQueue);
		const overflow = options["overflow"] ?? "refuse";
		this.dropOldest = overflow === "drop-oldest";
		if (!this.dropOldest && overflow !== "refuse")
			throw (typeof overflow === "string" ? wrongValue : wrongType)(
				"overflow",
				overflow,
				'"refuse" or "drop-oldest"',
			);
		this.maxMessageSize = integerOption(options, "maxMessageSize", defaultMessageSize, 0, Limit.messageSize);
		this.strings = !this.receiveType.binary;
		this.word = new Uint8Array(2);
		this.closeTimeout = integerOption(options, "closeTimeout", 2000);
		this.throttleFactor = integerOption(options, "throttleFactor", 0);
		const pingInterval = integerOption(options, "pingInterval", 30000);
		const pongTimeout = integerOption(options, "pongTimeout", 10000);
		const shorter = Math.min(pingInterval, pongTimeout || pingInterval);
		this.tick = pingInterval && Math.max(Math.floor(shorter / Limit.ticks), Limit.tick);
		this.pingTicks = this.tick && Math.ceil(pingInterval / this.tick) + 1;
		this.destroyTicks = this.tick && this.pingTicks + Math.ceil(pongTimeout / this.tick) + 1;
	}
}
