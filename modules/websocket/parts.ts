/** The optional parts of a Server: their types, and how it finds those that the app's manifest includes. */

import type { AcceptedSocket } from "../channel/network.js";
import type { Pages } from "../rfc6455/pages.js";
import type { ReceivedRequest } from "../rfc6455/receivedrequest.js";
import type { Verifier } from "../rfc6455/verifier.js";
import type { SendOptions } from "./connection.js";
import type { HeaderFields } from "./handshakeoptions.js";
import type { RawOptions } from "./options.js";
import type { ConnectionSettings } from "./settings.js";
import type { Socket } from "./socket.js";
import type { SocketCore } from "./socketcore.js";

/** The bytes of a page: a buffer, a view, or a `Resource` of the Moddable SDK. They are not copied, and must not change. */
export type PageBytes =
	| ArrayBuffer
	| ArrayBufferView
	| {
			/** Length in bytes. */
			readonly byteLength: number;
			/** Returns a copy of some bytes. */
			slice(start: number, end: number): ArrayBuffer;
	  };

/**
 * A page: its bytes, or an object with these and their media type. Without `type`, the ending of the path tells it; a path
 * without one is `text/html; charset=utf-8`. Bytes that gzip has compressed are sent as such; `type` is that of what they
 * decompress to.
 */
export type Page = PageBytes | { readonly data: PageBytes; readonly type?: string | null };

/**
 * What verify() decides. True: the request is accepted. `{ protocol }`: it is accepted with this subprotocol, one of
 * `protocols` of the request. False: it gets 403. `{ status, headers, message }`: it gets a status from 400 to 599;
 * `headers` are further fields of the response, `message` is its reason phrase and text, at most 200 characters of visible
 * ASCII and spaces.
 */
export type Verdict =
	| boolean
	| { readonly protocol: string }
	| { readonly status: number; readonly headers?: HeaderFields | null; readonly message?: string | null };

/** A request that an HTTP server has read, such as the argument of `onRequest()` of the SDK's HTTP server. */
export interface HttpRequest {
	readonly method: string;
	/** Request target: path and query. */
	readonly path: string;
	/** All header fields of the request. */
	readonly headers: HeaderFields;
}

/** How one message is sent to all Sockets of a Server. */
export interface BroadcastOptions extends Pick<SendOptions, "binary" | "key"> {
	/** A Socket, or several, to leave out, such as the one that the message came from. Default none. */
	readonly except?: Socket | readonly Socket[] | null;
}

/** What became of a broadcast: the number of Sockets for each result of send(). */
export interface BroadcastOutcome {
	/** Written to the TCP socket. */
	readonly sent: number;
	/** Added to the send queue of the Socket, in place of an older message if there is one with the same `key`. */
	readonly queued: number;
	/** Not accepted: the send queue of the Socket is full. */
	readonly discarded: number;
}

/** The Sockets of a server. */
export interface ServerSockets {
	readonly settings: ConnectionSettings;
	/** Those that are open, and those that are closing. */
	readonly sockets: readonly SocketCore[];
}

/** A connection that a server has not answered yet. */
export interface Arrival {
	readonly from: AcceptedSocket;
	/** Of a socket of an HTTP server: the request that was read there. */
	readonly request?: ReceivedRequest;
}

/** What the modules of each part put into `device.network.ws`. All of it throws TypeError or RangeError for bad input. */
export interface ServerParts {
	/** Makes the pages of a Server of its option. */
	readonly pages?: (pages: unknown) => Pages;
	/** Makes the Verifier of a Server of its options. */
	readonly verify?: (options: RawOptions) => Verifier | undefined;
	/** Checks the arguments of attach(). */
	readonly attach?: (socket: unknown, request: unknown) => Arrival;
	/** Sends a message to the open Sockets of a server. */
	readonly broadcast?: (server: ServerSockets, data: unknown, options: unknown) => BroadcastOutcome;
}

interface Host {
	readonly device?: { readonly network?: { readonly ws?: ServerParts } };
}

/**
 * Returns a part of the app.
 * @param use What the app cannot do without it, as the error says it.
 * @throws TypeError that names the manifest when the app does not include it.
 */
export const partOf = <Name extends keyof ServerParts>(
	name: Name,
	use: string,
): NonNullable<ServerParts[Name]> => {
	const part = (globalThis as Host).device?.network?.ws?.[name];
	if (!part)
		throw new TypeError(
			`this app cannot ${use}; include xs-web-socket's manifest_${name}.json in its manifest`,
		);
	return part;
};
