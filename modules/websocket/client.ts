import { ClientCore } from "./clientcore.js";
import { Connection, type ConnectionEvents } from "./connection.js";
import type { Failure } from "./failure.js";
import type { TargetOptions } from "./handshakeoptions.js";
import { rawOptions } from "./options.js";
import type { ReconnectOptions } from "./reconnect.js";
import type { ConnectionOptions } from "./settings.js";

/** The options of a Client. All are optional; unknown ones are ignored. */
export interface ClientOptions extends ConnectionOptions, TargetOptions {
	/** Milliseconds that one attempt may take until the WebSocket is open; 0 for no limit. Default 1000, with TLS 15000. */
	readonly connectTimeout?: number | null;
	/**
	 * Attempts of an open() after the first one, until it is open; Infinity to retry forever. When they are used up,
	 * `error` is emitted; with `reconnect`, further attempts follow. Default 10.
	 */
	readonly numberOfRetries?: number | null;
	/**
	 * Milliseconds from the failure of one of these attempts to the next one, and the least time between the start of an
	 * attempt and that of the first one of the next open(). Default 500.
	 */
	readonly timeBetweenRetries?: number | null;
	/**
	 * True, or an object, to connect again by itself: after a connection that was open has ended, and after the attempts
	 * of `numberOfRetries` have failed, until close() or a permanent failure. Pauses grow exponentially and are random.
	 * `Retry-After` of a response 429 or 503 is added to the pause, up to an hour; after a close with 1012 or 1013 the pause
	 * is in the upper half of its range. Permanent are: 301, 308, 4xx except 408, 425 and 429; refused certificates;
	 * subprotocols and extensions that were not offered; the close codes 1002, 1003, 1007, 1008 and 1010; what `isPermanent`
	 * adds. Default false: a Client stays closed, and failed attempts are repeated whatever the status; only a refused
	 * certificate, or a subprotocol or an extension that was not offered, ends them at once.
	 */
	readonly reconnect?: boolean | ReconnectOptions | null;
	/** True to discard messages sent before the connection is open. Default false. */
	readonly discardMessagesBeforeOpen?: boolean | null;
}

/** The events of a Client. */
export type ClientEvents = ConnectionEvents & {
	/** An attempt to connect has failed: its number, from 1, and why; and what is known about it. */
	retry: [attempt: number, reason: string, failure: Failure];
};

/** A WebSocket connection to a server. Connects on open() and retries as configured. */
export class Client extends Connection<ClientEvents> {
	/** @internal */
	declare protected readonly core: ClientCore;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(options?: ClientOptions) {
		super(new ClientCore(rawOptions(options)));
	}

	/** The subprotocol that the server chose, or "". */
	get protocol(): string {
		return this.core.protocol;
	}

	/**
	 * Opens the connection. Every failed attempt emits `retry`; after the last one `error` is emitted, and open() may be
	 * called again. While connecting, waiting for the next attempt, or open, open() does nothing: it shortens no pause. While
	 * a connection is closing, the next one is opened when it has ended, with `reconnect` after its pause. Attempts start at
	 * least `timeBetweenRetries` after one another.
	 */
	open(): void {
		this.core.open();
	}

	/**
	 * Closes the connection, or stops connecting: then `close` with 1006 follows, once for each open() that is given up,
	 * and nothing when open() was not called. An open() that waits for the end of a connection is cancelled.
	 * @param code 1000 (default), another one of RFC 6455 section 7.4 that may be sent, or 3000 to 4999.
	 * @param reason Text for the peer, at most 123 bytes in UTF-8; the rest is cut off.
	 * @throws TypeError when the code is not a number or the reason not a string, RangeError when the code may not be
	 *   sent. The connection stays as it is then.
	 */
	override close(code?: number, reason?: string): void {
		super.close(code, reason);
	}
}
