/** What may stand in the request of an opening handshake, so that nothing else can be slipped into it. */
import { isToken } from "./head.js";

/** @throws TypeError when a host is not a name or an address (RFC 3986 section 3.2.2). */
export function checkHost(host: string): void {
	if (!/^(?:[-.\w~%!$&'()*+,;=]+|\[?[0-9A-Fa-f:.]+\]?)$/.test(host))
		throw new TypeError(`host is "${host}"; it must be a name or an address, without scheme, port or path`);
}

/** @throws TypeError when a path is not a request target (RFC 9112 section 3.2.1). */
export function checkPath(path: string): void {
	if (!/^\/[!"$-~]*$/.test(path))
		throw new TypeError(
			`path is "${path}"; it must start with "/" and hold no space, "#" or other than ASCII`,
		);
}

/** @throws TypeError when a subprotocol's name is not a token (RFC 6455 section 4.1). */
export function checkProtocol(name: string): void {
	if (!isToken(name))
		throw new TypeError(`protocols has "${name}"; a name consists of letters, digits and !#$%&'*+-.^_\`|~`);
}

/** @throws TypeError when a header field cannot be sent (RFC 9110 section 5.5) or belongs to the handshake. */
export function checkHeader(name: string, value: string): void {
	if (!isToken(name)) throw new TypeError(`headers has the name "${name}", which is not a token`);
	// RFC 6455 section 4.1: the fields that the handshake itself sets.
	if (/^(?:host|upgrade|connection|sec-websocket-(?:key|version|protocol|extensions))$/i.test(name))
		throw new TypeError(`headers has "${name}", which belongs to the WebSocket handshake`);
	if (!/^[\t -~]*$/.test(value))
		throw new TypeError(`headers has a value for "${name}" with other than visible ASCII`);
}
