/** Origins of web pages (RFC 6454). */
import { isIPv4, isIPv6 } from "./address.js";
import { lowerCase } from "./characters.js";

/** Ends of names that DNS on the internet does not resolve: RFC 6762, RFC 6761, RFC 8375, and names for private use. */
const localEnds = Object.freeze([".local", ".localhost", ".home.arpa", ".internal", ".lan"]);

/** Returns whether a page with this origin comes from the `host` that a request is for, by plain HTTP. */
export const isOriginOf = (origin: string, host: string): boolean => {
	const authority = lowerCase(host);
	return origin === `http://${authority.endsWith(":80") ? authority.slice(0, -3) : authority}`;
};

/**
 * Returns whether the `Host` of a request is an address, or a name that only the local network resolves. An attacker can
 * let any other name point to the device after its page was loaded (DNS rebinding), and then has the origin of the device.
 */
export const isLocalHost = (host: string): boolean => {
	const authority = lowerCase(host);
	if (authority.startsWith("[")) {
		const end = authority.indexOf("]");
		const behind = authority.charAt(end + 1);
		return end > 0 && (behind === "" || behind === ":") && isIPv6(authority.slice(1, end));
	}
	const colon = authority.indexOf(":");
	let name = colon < 0 ? authority : authority.slice(0, colon);
	// A final dot stands for the root.
	if (name.endsWith(".")) name = name.slice(0, -1);
	if (name.indexOf(".") < 0) return name !== "";
	return isIPv4(name) || localEnds.filter((end) => name.endsWith(end)).length > 0;
};
