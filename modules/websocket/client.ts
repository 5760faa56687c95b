import { ClientCore } from "./clientcore.js";
import { Connection, type ConnectionEvents } from "./connection.js";
import type { TargetOptions } from "./handshakeoptions.js";
import { rawOptions } from "./options.js";
import type { ConnectionOptions } from "./settings.js";

/** The options of a Client. All are optional; unknown ones are ignored. */
export interface ClientOptions extends ConnectionOptions, TargetOptions {
	/** Milliseconds that one attempt may take until the WebSocket is open; 0 for no limit. Default 1000. */
	readonly connectTimeout?: number | null;
	/** Attempts after the first one; Infinity to retry forever. Default 10. */
	readonly numberOfRetries?: number | null;
	/** Milliseconds from a failed attempt to the next one, and at least between the starts of any two. Default 500. */
	readonly timeBetweenRetries?: number | null;
	/** True to discard messages sent before the connection is open. Default false. */
	readonly discardMessagesBeforeOpen?: boolean | null;
}

/** The events of a Client. */
export type ClientEvents = ConnectionEvents & {
	/** An attempt to connect has failed: its number, from 1, and why. */
	retry: [attempt: number, reason: string];
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
	 * called again. While connecting or open it does nothing. While a connection is closing, the next one is opened when
	 * it has ended. Attempts start at least `timeBetweenRetries` after one another.
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
