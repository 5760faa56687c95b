/** The arguments of `attach()`. */

import type { AcceptedSocket } from "../channel/network.js";
import type { HeadReader } from "../rfc6455/head.js";
import type { ReceivedRequest } from "../rfc6455/receivedrequest.js";
import { headerValue, pairsOf } from "../websocket/handshakeoptions.js";
import { isObject, wrongType } from "../websocket/options.js";
import type { Arrival } from "../websocket/parts.js";

/** Checks the arguments. @throws TypeError that names the argument and says what is missing. */
export const arrivalOf = (socket: unknown, request: unknown): Arrival => {
	return { from: checkedSocket(socket), request: new AttachedRequest(request) };
};

const checkedSocket = (socket: unknown): AcceptedSocket => {
	const methods = isObject(socket) ? (socket as Record<string, unknown>) : {};
	const missing = ["read", "write", "close"].filter((name) => typeof methods[name] !== "function");
	// A plain object has no class, of which the socket that takes it over is made.
	if (missing.length || methods["constructor"] === Object)
		throw wrongType("socket", socket, "a connected TCP socket");
	if (typeof methods["detach"] === "function")
		throw new TypeError("socket is a connection of an HTTP server; it must be what its detach() returns");
	return socket as AcceptedSocket;
};

/** A request that an HTTP server has read. */
class AttachedRequest implements ReceivedRequest {
	/** Request line and header fields, without line ends. */
	private readonly lines: readonly string[];

	/** @throws TypeError that says what is missing. */
	constructor(request: unknown) {
		if (!isObject(request)) throw wrongType("request", request, "an object { method, path, headers }");
		const { method, path, headers } = request as Record<string, unknown>;
		if (typeof method !== "string") throw wrongType("request.method", method, "a string");
		if (typeof path !== "string") throw wrongType("request.path", path, "a string");
		if (!isObject(headers))
			throw wrongType("request.headers", headers, "a Map, an object of header fields or an array of pairs");
		const fields = pairsOf(headers).map((pair) => {
			if (!Array.isArray(pair)) throw wrongType("request.headers has a field that", pair, "a pair");
			const name = String(pair[0]);
			return `${name}: ${headerValue(name, pair[1])}`;
		});
		this.lines = [`${method} ${path} HTTP/1.1`, ...fields, ""];
	}

	pushTo(reader: HeadReader): void {
		this.lines.forEach((line) => {
			// Nothing follows an empty line, or a fault.
			if (!reader.wanted) return;
			const bytes = new Uint8Array(ArrayBuffer.fromString(`${line}\r\n`));
			reader.push(bytes, bytes.length);
		});
	}
}
