/** The header field `Retry-After` (RFC 9110 section 10.2.3). */

/** Longest time that a server can make a client wait, in milliseconds: one hour. */
export const longestRetryAfter = 3_600_000;

const months = "JanFebMarAprMayJunJulAugSepOctNovDec";

/**
 * Returns the milliseconds that a response asks to wait, from 0 to one hour; undefined when it does not say.
 * @param headers Header fields by their names in lower case. Dates are compared with the response's own `Date`, if it has
 *   one, because the clock of a device may not be set.
 * @param now Time of the device's clock, in milliseconds.
 */
export const retryAfterOf = (headers: Readonly<Record<string, string>>, now: number): number | undefined => {
	const value = headers["retry-after"];
	if (!value) return undefined;
	let wait = isDigits(value) ? Number(value) * 1000 : undefined;
	if (wait === undefined) {
		const until = httpDate(value);
		if (until === undefined) return undefined;
		wait = until - (httpDate(headers["date"] ?? "") ?? now);
	}
	return Math.min(Math.max(wait, 0), longestRetryAfter);
};

/**
 * Returns the time of an HTTP date in milliseconds; undefined for anything else. A recipient has to know three forms
 * (RFC 9110 section 5.6.7). Date.parse() of XS knows two, takes one of these as local time, and takes much else for a date.
 */
export const httpDate = (text: string): number | undefined => {
	const words = text
		.split("-")
		.join(" ")
		.split(" ")
		.filter((word) => word !== "");
	// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"
	const isAscTime = words.length === 5;
	const day = words[isAscTime ? 2 : 1] ?? "";
	const month = words[isAscTime ? 1 : 2] ?? "";
	const year = words[isAscTime ? 4 : 3] ?? "";
	const clock = (words[isAscTime ? 3 : 4] ?? "").split(":");
	const index = months.indexOf(month) / 3;
	const digits = day + year + clock.join("");
	if (clock.length !== 3 || month.length !== 3 || !Number.isInteger(index) || index < 0) return undefined;
	if (!isDigits(digits) || !(isAscTime || (words.length === 6 && words[5] === "GMT"))) return undefined;
	// A year of two digits is not in the past, or nobody would have to wait.
	const century = year.length === 2 ? 2000 : 0;
	const time = Date.UTC(
		century + Number(year),
		index,
		Number(day),
		Number(clock[0]),
		Number(clock[1]),
		Number(clock[2]),
	);
	// Not a number for a day or a year that is too far away.
	return Number.isInteger(time) ? time : undefined;
};

/** Returns whether a text has digits only: Number() accepts more. */
const isDigits = (text: string): boolean => {
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		if (code < 48 || code > 57) return false;
	}
	return text !== "";
};
