/** The answers of an app's verify(). */

import { failureOf } from "../channel/failure.js";
import { isVisible, lowerCase, quote } from "../rfc6455/characters.js";
import { checkHeader } from "../rfc6455/requestrules.js";
import type { Decision, Refusal } from "../rfc6455/verifier.js";
import { headerValue, pairsOf } from "../websocket/handshakeoptions.js";
import { isObject, type RawOptions, wrongType, wrongValue } from "../websocket/options.js";

/** Longest message of a refusal, in characters. */
const longestMessage = 200;

/** What 426 requires (RFC 9110 sections 15.5.22 and 7.8). `headers` cannot have it. */
const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";

/** Field that every refusal has already. */
const own = "content-type";

/** Response to a verify() that throws, rejects or decides nothing valid. */
const failed: Refusal = Object.freeze({
	status: 500,
	message: "the server failed to check the request",
	fields: "",
});

/**
 * Returns the decision that an answer stands for; an invalid one is traced, and refuses the request.
 * @param protocols The subprotocols that the client offers.
 */
export const decisionOf = (answer: unknown, protocols: readonly string[]): Decision => {
	try {
		return checked(answer, protocols);
	} catch (error) {
		return failure(`has returned a wrong result: ${failureOf(error).reason}`);
	}
};

/** Traces what is wrong with verify(), and returns the refusal for it. */
export const failure = (what: string): Refusal => {
	trace(`xs-web-socket: verify() ${what}; the request gets 500\n`);
	return failed;
};

/** @throws TypeError or RangeError that says what is wrong. */
const checked = (answer: unknown, protocols: readonly string[]): Decision => {
	if (answer === true) return undefined;
	if (answer === false) return { status: 403, message: "the request was refused", fields: "" };
	if (!isObject(answer)) throw wrongType("it", answer, "true, false, { protocol } or { status }");
	const { protocol, status, message, headers } = answer as RawOptions;
	if (status === undefined) {
		if (typeof protocol !== "string" || protocols.indexOf(protocol) < 0)
			throw wrongValue("protocol", protocol, `one that the client offers: ${offered(protocols)}`);
		return protocol;
	}
	if (typeof status !== "number" || Math.floor(status) !== status || status < 400 || status > 599)
		throw wrongValue("status", status, "an integer from 400 to 599");
	const text = message ?? "the request was refused";
	if (typeof text !== "string") throw wrongType("message", text, "a string");
	if (!isVisible(text, true) || text.length > longestMessage)
		throw wrongValue("message", text, "at most 200 characters of visible ASCII and spaces");
	const fields = linesOf(headers ?? {});
	return { status, message: text, fields: status === 426 ? upgrade + fields : fields };
};

const offered = (protocols: readonly string[]): string => {
	return protocols.length ? protocols.map((name) => quote(name)).join(", ") : "none";
};

/** Returns header fields as lines. */
const linesOf = (headers: unknown): string => {
	if (!isObject(headers))
		throw wrongType("headers", headers, "an object of header fields, a Map or an array of pairs");
	let lines = "";
	pairsOf(headers).forEach((pair) => {
		const isPair = Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string";
		if (!isPair) throw wrongType("headers has a field that", pair, "a pair of a name and a value");
		const name = pair[0] as string;
		const value = headerValue(name, pair[1]);
		checkHeader(name, value);
		if (lowerCase(name) === own)
			throw new RangeError(`headers has ${quote(name)}, but the response is text/plain: its text is message`);
		lines += `${name}: ${value}\r\n`;
	});
	return lines;
};
