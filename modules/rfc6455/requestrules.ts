/** Checks of the parts of a client's request, so that no part can inject another. */
import { isHost } from "./address.js";
import { isToken, isVisible, lowerCase, quote } from "./characters.js";

/** @throws RangeError when a host is not a name or an address (RFC 3986 section 3.2.2). */
export const checkHost = (host: string): void => {
	if (!isHost(host))
		throw new RangeError(
			`host is ${quote(host)}; it must be a name or an address, without scheme, port or path`,
		);
};

/** @throws RangeError when a path is not a request target (RFC 9112 section 3.2.1). */
export const checkPath = (path: string): void => {
	if (!path.startsWith("/") || path.indexOf("#") >= 0 || !isVisible(path))
		throw new RangeError(
			`path is ${quote(path)}; it must start with "/" and hold visible ASCII without space and "#"`,
		);
};

/** @throws RangeError when a subprotocol's name is not a token (RFC 6455 section 4.1). */
export const checkProtocol = (name: string): void => {
	if (!isToken(name))
		throw new RangeError(
			`protocols has ${quote(name)}; a name consists of letters, digits and !#$%&'*+-.^_\`|~`,
		);
};

/** @throws RangeError when a subprotocol's name is not a token, or is one of `others`: they are unique (RFC 6455 section 4.1). */
export const checkOffer = (name: string, others: readonly string[]): void => {
	checkProtocol(name);
	if (others.indexOf(name) >= 0)
		throw new RangeError(`protocols has ${quote(name)} twice; each must be unique`);
};

/**
 * Fields that an app may not set: those of the handshake (RFC 6455 section 4.1) and of the connection (RFC 9110 section
 * 7.6.1), and those for a body, which lead to a response other than 101.
 */
const reserved = Object.freeze([
	"host",
	"upgrade",
	"connection",
	"keep-alive",
	"proxy-connection",
	"content-length",
	"transfer-encoding",
	"te",
	"trailer",
	"expect",
	"http2-settings",
]);

/**
 * @throws TypeError when a header field's value is not a string, RangeError when the field cannot be sent (RFC 9110
 * section 5.5) or would break the handshake.
 */
export const checkHeader = (name: string, value: string): void => {
	if (!isToken(name)) throw new RangeError(`headers has the name ${quote(name)}, which is not a token`);
	const lower = lowerCase(name);
	if (reserved.indexOf(lower) >= 0 || lower.startsWith("sec-websocket-"))
		throw new RangeError(`headers has ${quote(name)}, which only the WebSocket handshake itself may set`);
	if (typeof value !== "string")
		throw new TypeError(`headers has ${typeof value} as the value of ${quote(name)}; it must be a string`);
	if (!isVisible(value, true))
		throw new RangeError(
			`headers has the value ${quote(value)} for ${quote(name)}; it must be visible ASCII, spaces and tabs`,
		);
};
