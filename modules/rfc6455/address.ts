/** Host names and IP addresses (RFC 3986 section 3.2.2). */
import { lowerCase } from "./characters.js";

/** Default ports (RFC 6455 section 3). */
export const enum Port {
	plain = 80,
	secure = 443,
}

const enum Code {
	dot = 46,
	zero = 48,
	nine = 57,
	colon = 58,
}

/** Returns whether a text is an IPv4 address: four decimal numbers up to 255, none with a leading zero. */
export const isIPv4 = (text: string): boolean => {
	const { length } = text;
	let numbers = 0;
	let digits = 0;
	let value = 0;
	for (let index = 0; index < length; index++) {
		const code = text.charCodeAt(index);
		if (code === Code.dot) {
			if (!digits) return false;
			numbers++;
			digits = value = 0;
		} else {
			// inet_aton() reads a number with a leading zero as octal.
			if (code < Code.zero || code > Code.nine || (digits && !value)) return false;
			digits++;
			value = value * 10 + code - Code.zero;
			if (value > 255) return false;
		}
	}
	return numbers === 3 && digits > 0;
};

/** Returns whether a text is an IPv6 address (RFC 4291 section 2.2), without brackets and without a zone. */
export const isIPv6 = (text: string): boolean => {
	const { length } = text;
	let groups = 0;
	let digits = 0;
	let compressed = false;
	for (let index = 0; index < length; index++) {
		const code = text.charCodeAt(index);
		if (code === Code.colon) {
			if (digits) groups++;
			if (text.charCodeAt(index + 1) === Code.colon) {
				if (compressed) return false;
				compressed = true;
				index++;
			} else if (!digits || index === length - 1) return false;
			digits = 0;
		} else if (code === Code.dot) {
			// An IPv4 address stands for the last two groups.
			if (!isIPv4(text.slice(index - digits))) return false;
			groups++;
			break;
		} else if (!isHexDigit(code) || ++digits > 4) return false;
	}
	if (digits) groups++;
	return compressed ? groups < 8 : groups === 8;
};

/** Returns whether a text is a host that can be connected to: a name, an IPv4 address, or an IPv6 address, perhaps in brackets. */
export const isHost = (text: string): boolean => {
	if (text.startsWith("[")) return text.endsWith("]") && isIPv6(text.slice(1, -1));
	return text.indexOf(":") >= 0 ? isIPv6(text) : isName(text);
};

/**
 * Returns the address of a host that needs no DNS.
 * @param host A name or an address; an IPv6 address may have brackets, as in a URL.
 * @returns An address literal, or 127.0.0.1 for "localhost" (RFC 6761 section 6.3); undefined for any other name.
 */
export const addressWithoutDNS = (host: string): string | undefined => {
	if (lowerCase(host) === "localhost") return "127.0.0.1";
	if (host.startsWith("[")) return host.slice(1, -1);
	return host.indexOf(":") >= 0 || isIPv4(host) ? host : undefined;
};

/**
 * Returns the `Host` field of a request (RFC 9110 section 7.2): IPv6 addresses in brackets, without the default port.
 * @param defaultPort 80, with TLS 443 (RFC 6455 section 3).
 */
export const hostField = (host: string, port: number, defaultPort: number): string => {
	const name = host.indexOf(":") >= 0 && !host.startsWith("[") ? `[${host}]` : host;
	return port === defaultPort ? name : `${name}:${port}`;
};

/**
 * Returns whether a text is a registered name (RFC 3986) with labels that DNS allows (RFC 1035 section 2.3.4), or an IPv4
 * address. A name whose last label is a number must be an IPv4 address (RFC 3696 section 2).
 */
const isName = (text: string): boolean => {
	const { length } = text;
	let label = 0;
	let number = true;
	for (let index = 0; index < length; index++) {
		const code = text.charCodeAt(index);
		if (code === Code.dot) {
			if (!label) return false;
			// A final dot stands for the root.
			if (index < length - 1) {
				label = 0;
				number = true;
			}
		} else {
			const digit = code >= Code.zero && code <= Code.nine;
			if (!(digit || isLetter(code) || "-_~%!$&'()*+,;=".indexOf(text.charAt(index)) >= 0)) return false;
			if (++label > 63) return false;
			number &&= digit;
		}
	}
	return label > 0 && length <= 254 && (!number || isIPv4(text));
};

const isHexDigit = (code: number): boolean => {
	return (code >= Code.zero && code <= Code.nine) || ((code | 32) >= 97 && (code | 32) <= 102);
};

const isLetter = (code: number): boolean => {
	return (code | 32) >= 97 && (code | 32) <= 122;
};
