import { JsonType } from "./jsontype.js";
import type { MediaType } from "./mediatype.js";
import { mediaType } from "./mediatypes.js";
import { integerOption, type RawOptions, stringsOption, wrongType, wrongValue } from "./options.js";
import { longestQueue } from "./sendqueue.js";

/** The options that Client and Server have in common; a Server's hold for its Sockets. */
export interface ConnectionOptions {
	/** MIME type of the messages received. Default "application/json". */
	readonly receiveType?: string | null;
	/** MIME type of the messages sent. Default "application/json". */
	readonly sendType?: string | null;
	/**
	 * Bytes of the send queue, from 0 (no message waits) to 16777216, allocated by the constructor. Each message takes 4
	 * more than it has. Default 4096.
	 */
	readonly sendQueueSize?: number | null;
	/** What gives way when the send queue is full: the new message ("refuse", the default) or the oldest ones. */
	readonly overflow?: "refuse" | "drop-oldest" | null;
	/**
	 * The longest message that is received, in bytes, from 0 to 67108864. A peer can make the device take several times
	 * as much memory. Default 8192 for a Client, 4096 for a Server.
	 */
	readonly maxMessageSize?: number | null;
	/**
	 * JSON: the deepest nesting of arrays and objects in a message received, from 1 to 32. A message that is nested more
	 * deeply is emitted as its text. A value that is sent may have 2 levels more. Default 8.
	 */
	readonly maxDepth?: number | null;
	/**
	 * JSON: the most values in a message received, arrays and objects included, from 1 to 2147483647. A message with
	 * more, or with more than 24 empty arrays, is emitted as its text. Default 512.
	 */
	readonly maxValues?: number | null;
	/**
	 * JSON: the property names that are kept of a message received; others are left out, and take no memory. Default:
	 * all are kept.
	 */
	readonly names?: readonly string[] | null;
	/**
	 * JSON without `names`: the bytes that property names may take in all which the app has not and only peers bring
	 * up, from 0 to 2147483647. XS never frees a name. When they are used up, a message with another new name is emitted
	 * as its text, and the first one emits `error`. Default 2048.
	 */
	readonly nameMemory?: number | null;
	/** Milliseconds without an octet from the peer after which it is sent a ping; 0 for never. Default 30000. */
	readonly pingInterval?: number | null;
	/** Milliseconds after that ping in which something must come, or the connection is dropped. Default 10000. */
	readonly pongTimeout?: number | null;
	/**
	 * Milliseconds that the closing handshake may take, and again, for a Client, how long the server may take after it to
	 * end the TCP connection. Default 2000.
	 */
	readonly closeTimeout?: number | null;
	/**
	 * Milliseconds by which send() stalls the whole device for each message that then waits; one stall ends after 1000
	 * ms. Stalled time does not count against a Client's `connectTimeout`. Default 0.
	 */
	readonly throttleFactor?: number | null;
}

/** The longest message that every engine has room for, in bytes. */
const longestMessage = 0x4000000;
/** How many times an interval is looked at the clock: a ping comes at most one part in 8 late. */
const ticksPerInterval = 8;
/** The shortest time between two looks, in milliseconds. */
const shortestTick = 5;

/** The checked options that a connection works with; all Sockets of a Server share one. */
export class ConnectionSettings {
	declare readonly sendType: MediaType;
	declare readonly receiveType: MediaType;
	declare readonly sendQueueSize: number;
	declare readonly dropOldest: boolean;
	declare readonly maxMessageSize: number;
	declare readonly closeTimeout: number;
	declare readonly throttleFactor: number;
	/** Milliseconds between two looks for signs of life; 0 for no liveness check. */
	declare readonly tick: number;
	/** Ticks of silence after which a ping is sent. */
	declare readonly pingTicks: number;
	/** Ticks of silence after which the connection is dropped. */
	declare readonly dropTicks: number;

	/**
	 * @param defaultMessageSize What `maxMessageSize` is unless given.
	 * @throws TypeError or RangeError that names the option and its value.
	 */
	constructor(options: RawOptions, defaultMessageSize = 8192) {
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
		this.maxMessageSize = integerOption(options, "maxMessageSize", defaultMessageSize, 0, longestMessage);
		this.closeTimeout = integerOption(options, "closeTimeout", 2000);
		this.throttleFactor = integerOption(options, "throttleFactor", 0);
		const pingInterval = integerOption(options, "pingInterval", 30000);
		const pongTimeout = integerOption(options, "pongTimeout", 10000);
		const shorter = Math.min(pingInterval, pongTimeout || pingInterval);
		this.tick = pingInterval && Math.max(Math.floor(shorter / ticksPerInterval), shortestTick);
		this.pingTicks = this.tick && Math.ceil(pingInterval / this.tick) + 1;
		this.dropTicks = this.tick && this.pingTicks + Math.ceil(pongTimeout / this.tick) + 1;
	}
}
