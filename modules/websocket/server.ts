import type { UpgradeRequest } from "../rfc6455/verifier.js";
import { Emitter } from "./emitter.js";
import type { HandshakeOptions } from "./handshakeoptions.js";
import { rawOptions } from "./options.js";
import {
	type BroadcastOptions,
	type BroadcastOutcome,
	type HttpRequest,
	type Page,
	partOf,
	type Verdict,
} from "./parts.js";
import { ServerCore } from "./servercore.js";
import type { ConnectionOptions } from "./settings.js";
import type { Socket } from "./socket.js";

/** The options of a Server. All are optional; null stands for the default; unknown ones are ignored. */
export interface ServerOptions extends ConnectionOptions, HandshakeOptions {
	/**
	 * Where to listen. "localhost" (default), "0.0.0.0" and "::" mean every interface of this device; a loopback address
	 * ("127.0.0.1", "::1") accepts local connections only. The address of an interface binds it where the platform can; if it
	 * cannot, `error` is emitted after start(). Case does not matter.
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
	 * without the field is accepted. "same", alone or in the list, accepts pages that came by plain HTTP from the host and
	 * port of the request's `Host`, if that is an IP address, a name without a dot, or one that ends in .local,
	 * .localhost, .lan, .home.arpa or .internal: any other name could be an attacker's (DNS rebinding), so list its origin.
	 * Default "*", all.
	 */
	readonly allowedOrigins?: string | readonly string[] | null;
	/**
	 * For apps that include `manifest_pages.json`; a TypeError without it. Pages by path. A path starts with "/", has no
	 * query, and is compared as it is sent: percent escapes are not decoded. GET and HEAD without `Upgrade`, with any query,
	 * get the page of their path, 404 if there is none; other methods get 405. Default none.
	 */
	readonly pages?: Readonly<Record<string, Page>> | null;
	/**
	 * For apps that include `manifest_verify.json`; a TypeError without it. Decides on each valid request, at once or, with a
	 * promise, within `handshakeTimeout`; after that the request gets 503. Called after the origin was checked and before
	 * `maxConnections` is. An exception, a rejection or an invalid result is traced, and the request gets 500. Default: every
	 * valid request is accepted.
	 */
	readonly verify?: ((request: UpgradeRequest) => Verdict | PromiseLike<Verdict>) | null;
	/**
	 * Names of the header fields that verify() gets: at most 8, of at most 31 characters, not those of the handshake itself.
	 * Case does not matter. Repeated fields are joined with ", ", `Cookie` with "; ". Default none.
	 */
	readonly verifyHeaders?: string | readonly string[] | null;
	/**
	 * WebSockets at a time, from 1 to 65535; a request for one more gets 503. At most twice as many TCP connections are
	 * served at a time, and up to 128 more wait until another one ends. While some wait, a connection ends when it has not
	 * been answered for a second, or when its page has taken ten. Default 4.
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

	/** The open Sockets, the oldest first, in a new frozen array each time. */
	get sockets(): readonly Socket[] {
		const open = this.core.sockets.filter((socket) => socket.isOpen);
		return Object.freeze(open.map((socket) => socket.emitter as Socket));
	}

	/**
	 * For apps that include `manifest_broadcast.json`. Sends a message to every open Socket, as send() of each does, but
	 * encodes it once. Each Socket has its own send queue, overflow rule and counters, and one that fails does not affect the
	 * others.
	 * @param data A value that `sendType` can encode: see send() of Socket.
	 * @throws TypeError or RangeError when the value cannot be encoded, an option is wrong, or the part is missing; nothing has
	 *   changed then.
	 */
	broadcast(data: unknown, options?: BroadcastOptions): BroadcastOutcome {
		return partOf("broadcast", "broadcast")(this.core, data, options);
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

	/**
	 * For apps that include `manifest_attach.json`. Takes a request for a WebSocket over from an HTTP server on the same
	 * device, and answers it as one of its own: all options but `port` and `hostInterface` apply, and `connection` follows if
	 * it is accepted. The server need not listen: it takes requests before start() and after `close`, too. stop() also closes
	 * these connections, and emits `close`, if there are any. Between stop() and `close` a socket is closed at once.
	 * @param socket A connected ECMA-419 TCP socket, from which the head of the request was read and no byte after it. It is
	 *   taken over. With the SDK's HTTP server: what detach() of the connection returns in onRequest().
	 * @param request The request; with the SDK's HTTP server, the argument of onRequest().
	 * @throws TypeError when an argument is anything else, or the part is missing. A client that has left already is traced.
	 */
	attach(socket: object, request: HttpRequest): void {
		this.core.attach(partOf("attach", "attach sockets")(socket, request));
	}
}
