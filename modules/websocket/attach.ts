/** The arguments of `attach()`. */

import type { AcceptedSocket } from "../channel/network.js";
import type { ReceivedRequest } from "../rfc6455/receivedrequest.js";
import { type HeaderFields, headerValue, pairsOf } from "./handshakeoptions.js";
import { isObject, wrongType } from "./options.js";

/** A request that an HTTP server has read, such as the argument of `onRequest()` of the SDK's HTTP server. */
export interface HttpRequest {
	readonly method: string;
	/** Request target: path and query. */
	readonly path: string;
	/** All header fields of the request. */
	readonly headers: HeaderFields;
}

/** @throws TypeError when it is not a socket that can be taken over. */
export const checkSocket = (socket: unknown): AcceptedSocket => {
	const methods = isObject(socket) ? (socket as Record<string, unknown>) : {};
	if (typeof methods["read"] !== "function" || typeof methods["write"] !== "function")
		throw wrongType("socket", socket, "a connected TCP socket");
	if (typeof methods["detach"] === "function")
		throw new TypeError("socket is a connection of an HTTP server; it must be what its detach() returns");
	return socket as AcceptedSocket;
};

/** @throws TypeError that says what is missing. */
export const checkRequest = (request: unknown): ReceivedRequest => {
	if (!isObject(request)) throw wrongType("request", request, "an object { method, path, headers }");
	const { method, path, headers } = request as Record<string, unknown>;
	if (typeof method !== "string") throw wrongType("request.method", method, "a string");
	if (typeof path !== "string") throw wrongType("request.path", path, "a string");
	if (!isObject(headers))
		throw wrongType("request.headers", headers, "a Map, an object of header fields or an array of pairs");
	const fields = pairsOf(headers).map((pair): [string, string] => {
		if (!Array.isArray(pair)) throw wrongType("request.headers has a field that", pair, "a pair");
		const name = String(pair[0]);
		return [name, headerValue(name, pair[1])];
	});
	return { method, path, fields };
};
