/** The options of the opening handshake. */

import { connectsIPv6 } from "../channel/network.js";
import { isHost, Port } from "../rfc6455/address.js";
import { isVisible, lowerCase, quote } from "../rfc6455/characters.js";
import { HeadLimit } from "../rfc6455/head.js";
import { checkHeader, checkHost, checkOffer, checkPath } from "../rfc6455/requestrules.js";
import {
	integerOption,
	isObject,
	type RawOptions,
	stringOption,
	stringsOption,
	wrongType,
	wrongValue,
} from "./options.js";
import { isSecure, type SecurityOptions, secureOption } from "./tlsoptions.js";

/** The options of the opening handshake that Client and Server share. `undefined` and `null` stand for the default. */
export interface HandshakeOptions {
	/** Subprotocols, each a token (RFC 6455 section 4.1) and unique. Default none; so are "" and an empty array. */
	readonly protocols?: string | readonly string[] | null;
	/**
	 * Longest head of an HTTP message, in bytes, from 512 to 65535: of requests to a Server, of responses to a Client.
	 * Default 2048 for a Server, 4096 for a Client.
	 */
	readonly maxHeadSize?: number | null;
}

/** Further header fields of a request: an object, a Map, or pairs. */
export type HeaderFields =
	| Readonly<Record<string, string | number | boolean>>
	| Iterable<readonly [string, string | number | boolean]>;

/**
 * The server and the request of a Client. `url`, `path`, `headers` and `protocols` may be functions: they are called
 * before each attempt, without arguments, and return the value itself, not a promise. What they throw, or an invalid
 * value, is a failed attempt.
 */
export interface TargetOptions extends Omit<HandshakeOptions, "protocols">, SecurityOptions {
	/** Subprotocols, as for a Server, offered in order of preference. Default none. */
	readonly protocols?: string | readonly string[] | null | (() => string | readonly string[] | null);
	/**
	 * Scheme, host, port, path and query in one (RFC 6455 section 3), in place of `host`, `port` and `path`. Without user
	 * name, password and fragment. `wss:` is a connection with TLS, for apps that include `manifest_secure.json`; `ws:`
	 * is in the clear. After a function has returned a `wss:` URL, one with `ws:` is a failed attempt.
	 */
	readonly url?: string | null | (() => string);
	/**
	 * Name or address of the server, without scheme and port. An IPv6 address, in brackets or not, needs a platform that
	 * can connect to it. From a list, each attempt takes the next one, after the last one the first again. Default
	 * "localhost".
	 */
	readonly host?: string | readonly string[] | null;
	/** Port of the server, from 1 to 65535. Default 80, with TLS 443. */
	readonly port?: number | null;
	/** Path and query of the request: visible ASCII that starts with "/". Default "/"; "" stands for it, too. */
	readonly path?: string | null | (() => string | null);
	/**
	 * Further header fields of the request: an object, a Map, or pairs. Values are strings, numbers or booleans. A name
	 * that is repeated, in any case, is sent again as it was spelled first; values of `Cookie` are joined. Default none.
	 */
	readonly headers?: HeaderFields | null | (() => HeaderFields | null);
}

/** A header field: name and value. */
type Field = [name: string, value: string];

/** The checked options, with the names of ECMA-419. */
export interface Target {
	readonly host: string;
	readonly port: number;
	readonly path: string;
	readonly maxHeadSize: number;
	// Absent where there are none, which costs no memory.
	/** TLS settings for the SDK's socket; undefined without TLS. */
	secure?: object;
	protocol?: string;
	headers?: readonly Field[];
}

/** Fields that a request may have once (RFC 9110 section 5.3). */
const singletons = Object.freeze([
	"authorization",
	"proxy-authorization",
	"origin",
	"user-agent",
	"referer",
	"from",
	"date",
	"content-type",
]);

/** @throws TypeError or RangeError that names the option and its value. */
export const targetOption = (options: RawOptions): Target => {
	const url = isAbsent(options["url"]) ? undefined : stringOption(options, "url");
	const scheme = url === undefined ? undefined : schemeOf(url);
	const secure = isSecure(options, scheme === undefined ? undefined : scheme === "wss://");
	const port = secure ? Port.secure : Port.plain;
	const place = scheme ? placeOfURL(url as string, scheme.length, port, options) : placeOption(options, port);
	if (place.host.indexOf(":") >= 0 && !connectsIPv6())
		throw new RangeError(
			`host is ${quote(place.host)}, an IPv6 address; this platform can only connect to IPv4 addresses and to names`,
		);
	const target: Target = { ...place, maxHeadSize: headSizeOption(options, HeadLimit.response) };
	const tls = secureOption(options, place.host, secure);
	if (tls) target.secure = tls;
	const protocols = protocolsOption(options);
	if (protocols) target.protocol = protocols.join(", ");
	const headers = headersOption(options);
	if (headers) target.headers = headers;
	return target;
};

/** @throws RangeError when a subprotocol is not a token or is repeated; TypeError when it is not a string. */
export const protocolsOption = (options: RawOptions): readonly string[] | undefined => {
	if (isAbsent(options["protocols"])) return undefined;
	const protocols = stringsOption(options, "protocols");
	protocols?.forEach((name, index) => {
		checkOffer(name, protocols.slice(0, index));
	});
	return protocols?.length ? protocols : undefined;
};

export const headSizeOption = (options: RawOptions, fallback: number): number => {
	if (options["maxHeadSize"] === null) return fallback;
	return integerOption(options, "maxHeadSize", fallback, HeadLimit.lowest, HeadLimit.highest);
};

type Place = Pick<Target, "host" | "port" | "path">;

const placeOption = (options: RawOptions, defaultPort: Port): Place => {
	const host = (options["host"] === null ? undefined : stringOption(options, "host")) ?? "localhost";
	checkHost(host);
	const path = isAbsent(options["path"]) ? "/" : (stringOption(options, "path") as string);
	checkPath(path);
	const port = integerOption(options, "port", defaultPort, 1, 65535);
	return { host, port, path };
};

/** Returns the scheme of a URL in lower case, with "://". */
const schemeOf = (url: string): string => {
	const scheme = lowerCase(url.slice(0, url.indexOf("//") + 2));
	if (scheme !== "ws://" && scheme !== "wss://")
		throw wrongValue("url", url, 'one that starts with "ws://" or "wss://"');
	return scheme;
};

/**
 * RFC 6455 section 3, RFC 3986 section 3.
 * @param start Length of the scheme.
 */
const placeOfURL = (url: string, start: number, defaultPort: Port, options: RawOptions): Place => {
	["host", "port", "path"].forEach((name) => {
		if (!isAbsent(options[name]))
			throw new RangeError(`url and ${name} are both given; the url has the ${name}, so leave out ${name}`);
	});
	if (url.indexOf("#") >= 0) throw wrongValue("url", url, 'without "#" and a fragment');
	if (!isVisible(url)) throw wrongValue("url", url, "visible ASCII without spaces");
	let end = start;
	while (end < url.length && url.charAt(end) !== "/" && url.charAt(end) !== "?") end++;
	const authority = url.slice(start, end);
	// Not shown, because it may be a password.
	if (authority.indexOf("@") >= 0)
		throw new RangeError(
			"url has a user name or a password; it must be without, and headers may have an Authorization",
		);
	const colon = authority.indexOf(":", authority.indexOf("]") + 1);
	const host = colon < 0 ? authority : authority.slice(0, colon);
	if (!isHost(host)) throw wrongValue("url", url, "one of which the host is a name or an address");
	const digits = colon < 0 ? "" : authority.slice(colon + 1);
	const port = digits === "" ? defaultPort : Number(digits);
	// Number() accepts more than digits.
	if (!(port >= 1 && port <= 65535) || !isNumeral(digits))
		throw wrongValue("url", url, "one of which the port is an integer from 1 to 65535");
	const path = url.slice(end);
	return { host, port, path: path.startsWith("/") ? path : `/${path}` };
};

const isNumeral = (text: string): boolean => {
	for (let index = 0; index < text.length; index++)
		if ("0123456789".indexOf(text.charAt(index)) < 0) return false;
	return true;
};

const headersOption = (options: RawOptions): readonly Field[] | undefined => {
	const headers = options["headers"];
	if (isAbsent(headers)) return undefined;
	if (!isObject(headers))
		throw wrongType("headers", headers, "an object of header fields, a Map or an array of pairs");
	// As an object it has no fields: the request would be without them.
	if (typeof (headers as { then?: unknown }).then === "function")
		throw new TypeError("headers is a promise; it must be the header fields themselves");
	const fields: Field[] = [];
	pairsOf(headers).forEach((pair, index) => {
		const isPair = Array.isArray(pair);
		const name: unknown = isPair ? pair[0] : undefined;
		if (!isPair || typeof name !== "string")
			throw wrongType(`headers[${index}]`, pair, "a pair of a name and a value");
		if (pair.length !== 2)
			throw new TypeError(`headers has ${pair.length - 1} values for ${quote(name)}; it must be 1`);
		addField(fields, name, headerValue(name, pair[1]));
	});
	return fields;
};

/** Returns the entries of a Map, an array or an object. A loop, because `Object.entries` keeps what has its name in every class of XS. */
export const pairsOf = (headers: object): unknown[] => {
	if (Symbol.iterator in headers) return Array.from(headers as Iterable<unknown>);
	const pairs: unknown[] = [];
	for (const name in headers) pairs.push([name, (headers as RawOptions)[name]]);
	return pairs;
};

/** @throws TypeError when the value of a header field is not a string, a number or a boolean. */
export const headerValue = (name: string, value: unknown): string => {
	if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
		throw wrongType(`headers has a value for ${quote(name)} that`, value, "a string");
	return String(value);
};

/** Adds a field; a repeated name keeps its first spelling. */
const addField = (fields: Field[], name: string, value: string): void => {
	checkHeader(name, value);
	const lower = lowerCase(name);
	const [first] = fields.filter((field) => lowerCase(field[0]) === lower);
	if (!first) fields.push([name, value]);
	// RFC 6265 section 5.4: a request has one Cookie field.
	else if (lower === "cookie") first[1] += `; ${value}`;
	else if (singletons.indexOf(lower) >= 0)
		throw new RangeError(`headers has ${quote(first[0])} twice; a request has it once`);
	else fields.push([first[0], value]);
};

/** Returns whether a value stands for the default: accessors pass null and "". */
const isAbsent = (value: unknown): boolean => {
	return value === undefined || value === null || value === "";
};
