import { Emitter } from "./emitter.js";
import type { HandshakeOptions } from "./handshakeoptions.js";
import { rawOptions } from "./options.js";
import type { Page } from "./pagesoption.js";
import { ServerCore } from "./servercore.js";
import type { ConnectionOptions } from "./settings.js";
import type { Socket } from "./socket.js";

/** The options of a Server. All are optional; null stands for the default; unknown ones are ignored. */
export interface ServerOptions extends ConnectionOptions, HandshakeOptions {
	/**
	 * Where to listen. "localhost" (default), "0.0.0.0" and "::" mean every interface of this device; a loopback address
	 * ("127.0.0.1", "::1") accepts local connections only; the address of an interface binds it where the platform can;
	 * elsewhere start() emits `error`. In any case of letters.
	 */
	readonly hostInterface?: string | null;
	/** Port to listen on; 0 for a free one, see `port` of the Server. Default 80. */
	readonly port?: number | null;
	/** The only path served, without a query; requests may have any. Another path gets 404. Default: every path. */
	readonly path?: string | null;
	/** Subprotocols of the server: the first one offered that it has is chosen. Each is unique. Default none. */
	readonly protocols?: string | readonly string[] | null;
	/**
	 * Accepted values of `Origin`, as browsers send them ("https://example.com", "null"). Any other gets 403; a request
	 * without the field is accepted. Default "*", all.
	 */
	readonly allowedOrigins?: string | readonly string[] | null;
	/**
	 * Pages by path, for apps that include `manifest_pages.json`; a TypeError without it. A path starts with "/", has no
	 * query, and is compared as it is sent: percent escapes are not decoded. Requests by GET and HEAD without `Upgrade` get
	 * them, with any query, and 404 for other paths, 405 for other methods. Default none.
	 */
	readonly pages?: Readonly<Record<string, Page>> | null;
	/**
	 * WebSockets at a time, from 1 to 65535; a request for one more gets 503. At most twice as many TCP connections are
	 * served at a time. Up to 128 more wait until another one ends, has sent no whole request for a second, or has taken ten
	 * for a page. Default 4.
	 */
	readonly maxConnections?: number | null;
	/**
	 * Bytes for the unfinished messages of all connections together, from `maxMessageSize` to 2147483647. Beyond that, the
	 * connection with the longest one is closed with 1009. A message of up to receiveBudget / maxConnections bytes always
	 * has room. Default 16384, or `maxMessageSize` if that is more.
	 */
	readonly receiveBudget?: number | null;
	/** Milliseconds that a handshake may take; 0 for no limit. Default 5000. */
	readonly handshakeTimeout?: number | null;
	/**
	 * Of the accessors: only false, the default. The Moddable SDK's TLS is for clients only, and nothing meant for TLS is
	 * sent in the clear. The accessors' `pfxKeyCertPath` and `pfxPassPhrase` have no effect without it and are ignored.
	 */
	readonly sslTls?: boolean | null;
}

/** The events of a Server, with the arguments of each. */
export type ServerEvents = {
	/** The server listens. */
	listening: [];
	/** A WebSocket is open. Its `open` event and its messages follow. */
	connection: [socket: Socket];
	/** The server has stopped, and every connection has ended. */
	close: [];
	/** Human-readable description of the error. */
	error: [message: string];
};

/** Listens for WebSocket connections, and makes a Socket of each. */
export class Server extends Emitter<ServerEvents> {
	/** @internal */
	declare protected readonly core: ServerCore;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(options?: ServerOptions) {
		super(new ServerCore(rawOptions(options)));
	}

	/** The port that the server listens on, in place of 0; undefined while it does not listen. */
	get port(): number | undefined {
		return this.core.port;
	}

	/**
	 * Starts to listen: `listening` follows, or `error` if the port or the interface cannot be used. After a stop() it
	 * takes effect when that has emitted `close`.
	 */
	start(): void {
		this.core.start();
	}

	/**
	 * Stops listening and closes every connection with code 1001; `close` follows when all have ended. After a start() it
	 * takes effect when that has emitted `listening`.
	 */
	stop(): void {
		this.core.stop();
	}
}
