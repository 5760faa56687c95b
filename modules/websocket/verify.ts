/** The option `verify`: lets the app decide on each request. */

import { guard } from "../channel/timers.js";
import { isToken, isVisible, lowerCase, quote } from "../rfc6455/characters.js";
import { checkHeader } from "../rfc6455/requestrules.js";
import type {
	Decision,
	Refusal,
	ServerHandshakeOptions,
	UpgradeRequest,
} from "../rfc6455/serverhandshake.js";
import { type HeaderFields, headerValue, pairsOf } from "./handshakeoptions.js";
import { given, isObject, type RawOptions, stringsOption, wrongType, wrongValue } from "./options.js";

/**
 * What verify() decides. true: the request is accepted. `{ protocol }`: it is accepted with one of the subprotocols that
 * `protocols` of the request has. false: it gets 403. `{ status, headers, message }`: it gets a status from 400 to 599;
 * `headers` are further fields of the response, `message` is its reason phrase and text, at most 200 characters of visible
 * ASCII and spaces.
 */
export type Verdict =
	| boolean
	| { readonly protocol: string }
	| { readonly status: number; readonly headers?: HeaderFields | null; readonly message?: string | null };

const enum Limit {
	headers = 8,
	/** Longest name, for HeadReader. */
	name = 31,
	message = 200,
}

/** Fields that the handshake uses itself, or that a request for a WebSocket cannot have. */
const withheld = Object.freeze(["connection", "upgrade", "expect", "content-length", "transfer-encoding"]);

/** Fields that every refusal has already. */
const own = "content-type";

/** Response to a verify() that throws, rejects or decides nothing valid. */
const failed: Refusal = Object.freeze({
	status: 500,
	message: "the server failed to check the request",
	fields: "",
});

/**
 * Returns the option `verify` as the handshake calls it.
 * @throws TypeError when it is not a function.
 */
export const verifyOption = (options: RawOptions): ServerHandshakeOptions["verify"] => {
	const verify = given(options, "verify");
	if (verify === undefined) return undefined;
	if (typeof verify !== "function") throw wrongType("verify", verify, "a function");
	const ask = verify as (request: UpgradeRequest) => unknown;
	return (request, decide) => askApp(ask, request, decide);
};

/**
 * Returns the option `verifyHeaders` in lower case.
 * @throws TypeError when it is not a string or an array of strings, RangeError when a name cannot be used or there are too
 * many.
 */
export const verifyHeadersOption = (options: RawOptions): readonly string[] | undefined => {
	const names = stringsOption(options, "verifyHeaders")?.map((name) => {
		const lower = lowerCase(name);
		if (!isToken(name) || name.length > Limit.name)
			throw wrongValue("verifyHeaders", name, "the name of a header field, of at most 31 characters");
		if (withheld.indexOf(lower) >= 0 || lower.startsWith("sec-websocket-"))
			throw wrongValue("verifyHeaders", name, "a field that the handshake does not use itself");
		return lower;
	});
	if (names && names.length > Limit.headers)
		throw new RangeError(`verifyHeaders has ${names.length} names; it must have at most ${Limit.headers}`);
	return names?.length ? names : undefined;
};

/** Calls verify() and passes on its first answer. */
const askApp = (
	verify: (request: UpgradeRequest) => unknown,
	request: UpgradeRequest,
	decide: (decision: Decision) => void,
): void => {
	const settle = (answer: unknown): void => decide(decisionOf(answer, request));
	const fail = (error: unknown): void => {
		traceFailure(`failed: ${error}`);
		decide(failed);
	};
	try {
		const answer = verify(request);
		// Not await: an app that answers at once needs no Promise.
		if (!isThenable(answer)) return settle(answer);
		answer.then(
			(value) => guard(() => settle(value)),
			(error) => guard(() => fail(error)),
		);
	} catch (error) {
		fail(error);
	}
};

const isThenable = (value: unknown): value is PromiseLike<unknown> => {
	return isObject(value) && typeof (value as { then?: unknown }).then === "function";
};

/** Returns the decision that an answer stands for; an invalid one is traced, and refuses the request. */
const decisionOf = (answer: unknown, request: UpgradeRequest): Decision => {
	try {
		return checked(answer, request);
	} catch (error) {
		traceFailure(`has returned a wrong result: ${error instanceof Error ? error.message : error}`);
		return failed;
	}
};

const traceFailure = (what: string): void => {
	trace(`xs-web-socket: verify() ${what}; the request gets 500\n`);
};

/** @throws TypeError or RangeError that says what is wrong. */
const checked = (answer: unknown, { protocols }: UpgradeRequest): Decision => {
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
	if (!isVisible(text, true) || text.length > Limit.message)
		throw wrongValue("message", text, "at most 200 characters of visible ASCII and spaces");
	return { status, message: text, fields: linesOf(headers ?? {}) };
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
