/** An options object, not yet checked. */
export type RawOptions = Readonly<Record<string, unknown>>;

/**
 * Checks that options are an object. Absent options are an empty one.
 * @throws TypeError when they are anything else.
 */
export function rawOptions(options: unknown): RawOptions {
	if (options === undefined) return {};
	if (typeof options !== "object" || options === null)
		throw new TypeError(`the options are ${show(options)}; they must be an object`);
	return options as RawOptions;
}

/**
 * An option that is an integer, or Infinity where `highest` is.
 * @throws TypeError when it is not a number, RangeError when it is not an integer from `lowest` to `highest`.
 */
export function integerOption(
	options: RawOptions,
	name: string,
	fallback: number,
	lowest: number,
	highest: number,
): number {
	const value = options[name];
	if (value === undefined) return fallback;
	const expected = `an integer from ${lowest} to ${highest}`;
	if (typeof value !== "number") throw wrongType(name, value, expected);
	if (!(Number.isInteger(value) || value === Number.POSITIVE_INFINITY) || value < lowest || value > highest)
		throw wrongValue(name, value, expected);
	return value;
}

/** The longest time that the platform's timers take, in milliseconds: some 24 days. */
const longestTime = 0x7fffffff;

/** An option that is a time in whole milliseconds. Throws as integerOption() does. */
export function timeOption(options: RawOptions, name: string, fallback: number): number {
	return integerOption(options, name, fallback, 0, longestTime);
}

/** An option that is a string. @throws TypeError when it is anything else or "". */
export function stringOption(options: RawOptions, name: string): string | undefined {
	const value = options[name];
	if (value !== undefined && (typeof value !== "string" || value === ""))
		throw wrongType(name, value, "a string that is not empty");
	return value;
}

/** An option that is true or false. @throws TypeError when it is anything else. */
export function booleanOption(options: RawOptions, name: string): boolean {
	const value = options[name];
	if (value !== undefined && typeof value !== "boolean") throw wrongType(name, value, "true or false");
	return value ?? false;
}

/** An option that is an array of strings; a single string stands for an array of one. @throws TypeError otherwise. */
export function stringsOption(options: RawOptions, name: string): readonly string[] | undefined {
	const value = options[name];
	if (value === undefined) return undefined;
	const list = Array.isArray(value) ? value : [value];
	for (const item of list)
		if (typeof item !== "string" || item === "")
			throw wrongType(name, item, "an array of strings that are not empty");
	return list.slice() as string[];
}

/** What an option of the wrong type is answered with. */
export function wrongType(name: string, value: unknown, expected: string): TypeError {
	return new TypeError(`${name} is ${show(value)}; it must be ${expected}`);
}

/** What an option of the right type, but out of range, is answered with. */
export function wrongValue(name: string, value: unknown, expected: string): RangeError {
	return new RangeError(`${name} is ${show(value)}; it must be ${expected}`);
}

function show(value: unknown): string {
	if (typeof value === "string") return `"${value}"`;
	if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
	return String(value);
}
