import { isVisible, lowerCase } from "../rfc6455/characters.js";
import { type RawOptions, stringsOption, wrongValue } from "./options.js";

/**
 * Returns the option `allowedOrigins` as browsers write origins; undefined for every origin.
 * @throws TypeError when it is not a string or an array of strings, RangeError when one can never match.
 */
export const originsOption = (options: RawOptions): readonly string[] | undefined => {
	const list = stringsOption(options, "allowedOrigins");
	return !list || list.indexOf("*") >= 0 ? undefined : list.map(originOf);
};

/** The word for the origin of a page that comes from the device itself. No page sends it. */
export const same = "same";

/** RFC 6454 section 6.2: scheme and host in lower case, the port unless it is the scheme's own, nothing behind it. */
const originOf = (value: string): string => {
	if (value === same) return value;
	const origin = lowerCase(value);
	const start = origin.indexOf("://");
	const authority = origin.slice(start + 3);
	const isOrigin = start > 0 && authority !== "" && isVisible(origin) && !hasAnyOf(authority, '/\\?#@*"');
	const hasOwnPort =
		(origin.startsWith("http://") && authority.endsWith(":80")) ||
		(origin.startsWith("https://") && authority.endsWith(":443"));
	if (origin !== "null" && (!isOrigin || hasOwnPort))
		throw wrongValue(
			"allowedOrigins",
			value,
			'"*", "same", "null" or an origin as browsers send it: scheme, host, and the port if it is not the usual one, such as "https://example.com" or "http://192.0.2.7:8080"',
		);
	return origin;
};

const hasAnyOf = (text: string, characters: string): boolean => {
	for (let index = 0; index < characters.length; index++)
		if (text.indexOf(characters.charAt(index)) >= 0) return true;
	return false;
};
