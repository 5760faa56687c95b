/**
 * The address that a host stands for without asking DNS.
 * @param host A name or an address; an IPv6 address may stand in brackets, as in a URL.
 * @returns The address of a literal or of "localhost" (RFC 6761 section 6.3), undefined for any other name.
 */
export function addressWithoutDNS(host: string): string | undefined {
	if (host.toLowerCase() === "localhost") return "127.0.0.1";
	if (host.includes(":")) return host.replace(/^\[|\]$/g, "");
	return /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(host) ? host : undefined;
}

/** The field Host of a request. RFC 9110 section 7.2: an IPv6 address stands in brackets, the default port is left out. */
export function hostField(host: string, port: number): string {
	const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
	return port === 80 ? name : `${name}:${port}`;
}
