/** Hosts: names, and addresses as URLs and users write them (RFC 3986 section 3.2.2). */

const enum Code {
	dot = 46,
	zero = 48,
	nine = 57,
	colon = 58,
}

/** Whether a text is an IPv4 address: four decimal numbers up to 255, none with a leading zero. */
export function isIPv4(text: string): boolean {
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
			// inet_aton() would take a leading zero for octal.
			if (code < Code.zero || code > Code.nine || (digits && !value)) return false;
			digits++;
			value = value * 10 + code - Code.zero;
			if (value > 255) return false;
		}
	}
	return numbers === 3 && digits > 0;
}

/** Whether a text is an IPv6 address (RFC 4291 section 2.2), without brackets and without a zone. */
export function isIPv6(text: string): boolean {
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
			// The last two groups, written as an IPv4 address.
			if (!isIPv4(text.slice(index - digits))) return false;
			groups++;
			break;
		} else if (!isHexDigit(code) || ++digits > 4) return false;
	}
	if (digits) groups++;
	return compressed ? groups < 8 : groups === 8;
}

/** Whether a text is a host that can be connected to: a name, an IPv4 address, or an IPv6 address, perhaps in brackets. */
export function isHost(text: string): boolean {
	if (text.startsWith("[")) return text.endsWith("]") && isIPv6(text.slice(1, -1));
	return text.includes(":") ? isIPv6(text) : isName(text);
}

/**
 * The address that a host stands for without asking DNS.
 * @param host A name or an address; an IPv6 address may stand in brackets, as in a URL.
 * @returns The address of a literal or of "localhost" (RFC 6761 section 6.3), undefined for any other name.
 */
export function addressWithoutDNS(host: string): string | undefined {
	if (host.toLowerCase() === "localhost") return "127.0.0.1";
	if (host.startsWith("[")) return host.slice(1, -1);
	return host.includes(":") || isIPv4(host) ? host : undefined;
}

/** The field Host of a request. RFC 9110 section 7.2: an IPv6 address stands in brackets, the default port is left out. */
export function hostField(host: string, port: number): string {
	const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
	return port === 80 ? name : `${name}:${port}`;
}

/**
 * A registered name of RFC 3986 of which the labels are as long as DNS allows (RFC 1035 section 2.3.4), or an IPv4
 * address: a name of which the last label is a number is nothing else (RFC 3696 section 2).
 */
function isName(text: string): boolean {
	const { length } = text;
	let label = 0;
	let number = true;
	for (let index = 0; index < length; index++) {
		const code = text.charCodeAt(index);
		if (code === Code.dot) {
			if (!label) return false;
			// A dot at the end names the root.
			if (index < length - 1) {
				label = 0;
				number = true;
			}
		} else {
			const digit = code >= Code.zero && code <= Code.nine;
			if (!(digit || isLetter(code) || "-_~%!$&'()*+,;=".includes(text.charAt(index)))) return false;
			if (++label > 63) return false;
			number &&= digit;
		}
	}
	return label > 0 && length <= 254 && (!number || isIPv4(text));
}

function isHexDigit(code: number): boolean {
	return (code >= Code.zero && code <= Code.nine) || ((code | 32) >= 97 && (code | 32) <= 102);
}

function isLetter(code: number): boolean {
	return (code | 32) >= 97 && (code | 32) <= 122;
}
