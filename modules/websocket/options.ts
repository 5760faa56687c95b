import { quote } from "../rfc6455/characters.js";

/** An unchecked options object. */
export type RawOptions = Readonly<Record<string, unknown>>;

/**
 * Returns the options; an empty object for undefined.
 * @throws TypeError when they are not an object.
 */
export const rawOptions = (options: unknown): RawOptions => {
	if (options === undefined) return {};
	if (!isObject(options)) throw wrongType("options", options, "an object");
	return options as RawOptions;
};

/**
 * Returns the value of an option; undefined for null, too, with which some accessors ask for the default. They use -1 as
 * well, which is out of range everywhere: it could just as well mean "never" or "no limit".
 */
export const given = (options: RawOptions, name: string): unknown => {
	return options[name] ?? undefined;
};

/**
 * Returns an option that is an integer, or Infinity if `highest` is. The default range is 0 to 2147483647, which is also
 * the longest time of the platform's timers in milliseconds.
 * @throws TypeError when it is not a number, RangeError when it is not an integer from `lowest` to `highest`.
 */
export const integerOption = (
	options: RawOptions,
	name: string,
	fallback: number,
	lowest = 0,
	highest = 0x7fffffff,
): number => {
	const value = given(options, name);
	if (value === undefined) return fallback;
	const expected = `an integer from ${lowest} to ${highest}`;
	if (typeof value !== "number") throw wrongType(name, value, expected);
	// Infinity is its own floor.
	if (Math.floor(value) !== value || value < lowest || value > highest)
		throw wrongValue(name, value, expected);
	return value;
};

/**
 * Returns an option that is a number, whole or not.
 * @throws TypeError when it is not a number, RangeError when it is not from `lowest` to `highest`.
 */
export const numberOption = (
	options: RawOptions,
	name: string,
	fallback: number,
	lowest: number,
	highest: number,
): number => {
	const value = given(options, name);
	if (value === undefined) return fallback;
	const expected = `a number from ${lowest} to ${highest}`;
	if (typeof value !== "number") throw wrongType(name, value, expected);
	// NaN is in no range.
	if (!(value >= lowest && value <= highest)) throw wrongValue(name, value, expected);
	return value;
};

/**
 * Returns an option that is a string.
 * @param label Its name in errors.
 * @throws TypeError when it is anything else, RangeError when it is "".
 */
export const stringOption = (options: RawOptions, name: string, label = name): string | undefined => {
	const value = given(options, name);
	return value === undefined ? undefined : text(label, value);
};

/**
 * Returns an option that is true or false; default false.
 * @param label Its name in errors.
 * @throws TypeError when it is anything else.
 */
export const booleanOption = (options: RawOptions, name: string, label = name): boolean => {
	const value = given(options, name);
	if (value !== undefined && typeof value !== "boolean") throw wrongType(label, value, "true or false");
	return value ?? false;
};

/**
 * Returns an option that is an array of strings, or a single string, which stands for an array of one.
 * @param label Its name in errors.
 * @throws TypeError when it is anything else, RangeError when a string is "".
 */
export const stringsOption = (
	options: RawOptions,
	name: string,
	label = name,
): readonly string[] | undefined => {
	const value = given(options, name);
	if (value === undefined) return undefined;
	return (Array.isArray(value) ? value : [value]).map((item) => text(label, item));
};

/** Returns the error for an option of the wrong type. */
export const wrongType = (name: string, value: unknown, expected: string): TypeError => {
	return new TypeError(sentence(name, value, expected));
};

/** Returns the error for an option that is out of range. */
export const wrongValue = (name: string, value: unknown, expected: string): RangeError => {
	return new RangeError(sentence(name, value, expected));
};

const sentence = (name: string, value: unknown, expected: string): string => {
	let shown = typeof value === "string" ? quote(value) : String(value);
	if (isObject(value)) shown = Array.isArray(value) ? "an array" : "an object";
	return `${name} is ${shown}; it must be ${expected}`;
};

/** Returns a string that is an option or an item of one. */
const text = (name: string, value: unknown): string => {
	if (typeof value !== "string") throw wrongType(name, value, "a string");
	if (value === "") throw wrongValue(name, value, "a string that is not empty");
	return value;
};

export const isObject = (value: unknown): value is object => {
	return typeof value === "object" && value !== null;
};
