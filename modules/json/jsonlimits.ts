/**
 * Measures JSON before native code recurses over it: when JSON.parse() or JSON.stringify() of XS run out of stack or
 * memory, the device ends, and nothing can catch that.
 *
 * Devices use native/jsonlimits.c instead. Both pass the same tests.
 */

/** Why a text must not be parsed: measureText() returns one in place of a number of bytes. */
export const enum TextFault {
	/** Arrays and objects are nested more deeply than allowed. */
	tooDeep = -1,
	/** There are more values, or empty arrays, than allowed. */
	tooManyValues = -2,
	/** New property names would take more memory than allowed. */
	tooManyNames = -3,
}

/** Why a value must not be passed to JSON.stringify(); 0 if it may. */
export const enum ValueFault {
	none = 0,
	/** Arrays and objects are nested more deeply than allowed. */
	tooDeep = 1,
	/** An array or object contains itself. */
	cyclic = 2,
	/** There are more than `Limit.emptyArraysSent`. */
	tooManyEmptyArrays = 3,
	/** A part of the value is in ROM, which JSON.stringify() of XS refuses. */
	readOnly = 4,
}

/** Fixed limits. JSON.stringify() of XS leaves one slot on the stack for each empty array. */
export const enum Limit {
	/** Empty arrays in a text that is parsed. */
	emptyArraysReceived = 24,
	/** Empty arrays in a value that is sent: it may have a received value beside the app's own. */
	emptyArraysSent = 48,
	/** Levels that a value sent may have beyond `maxDepth`: an app may answer with a received value inside its own. */
	sendMargin = 2,
	/** Bytes of a new property name beside its characters: a slot, a zero byte and the header of its chunk. */
	nameOverhead = 20,
	/** Digits of the longest array index. */
	indexDigits = 9,
}

const enum Character {
	quote = 0x22,
	comma = 0x2c,
	zero = 0x30,
	nine = 0x39,
	leftBracket = 0x5b,
	backslash = 0x5c,
	rightBracket = 0x5d,
	leftBrace = 0x7b,
	rightBrace = 0x7d,
	colon = 0x3a,
	space = 0x20,
}

/** Names accepted so far: XS never frees a name. Bounded by the `nameMemory` of every Client and Server. */
const knownNames = new Set<string>();

/**
 * Measures a text that may be JSON, without recursion. Text that is not JSON is measured up to the place where
 * JSON.parse() stops.
 * @param maxDepth Deepest nesting of arrays and objects; `[1]` has 1.
 * @param maxValues Number of values; `[1]` has 2.
 * @param maxNameMemory Bytes for new property names; negative for no limit.
 * @returns The bytes that new property names would take, or a TextFault.
 */
export function measureText(
	text: string,
	maxDepth: number,
	maxValues: number,
	maxNameMemory: number,
): number {
	const { length } = text;
	const escapes = text.includes("\\");
	const newNames = new Set<string>();
	let nameMemory = 0;
	let depth = 0;
	let values = 0;
	let emptyArrays = 0;
	let index = 0;
	while (index < length) {
		const character = text.charCodeAt(index++);
		switch (character) {
			case Character.quote: {
				const start = index;
				index = endOfString(text, index, escapes);
				const next = skipSpace(text, index);
				if (!isAt(text, next, Character.colon)) {
					values++;
					break;
				}
				const name = text.slice(start, index - 1);
				if (maxNameMemory < 0 || isIndex(name) || knownNames.has(name) || newNames.has(name)) break;
				newNames.add(name);
				nameMemory += Limit.nameOverhead + ArrayBuffer.fromString(name).byteLength;
				if (nameMemory > maxNameMemory) return TextFault.tooManyNames;
				break;
			}
			case Character.leftBracket:
			case Character.leftBrace:
				values++;
				if (++depth > maxDepth) return TextFault.tooDeep;
				if (character === Character.leftBracket && isAt(text, skipSpace(text, index), Character.rightBracket))
					if (++emptyArrays > Limit.emptyArraysReceived) return TextFault.tooManyValues;
				break;
			case Character.rightBracket:
			case Character.rightBrace:
				depth--;
				break;
			case Character.comma:
			case Character.colon:
				break;
			default:
				if (character <= Character.space) break;
				values++;
				while (index < length && !isDelimiter(text.charCodeAt(index))) index++;
		}
		if (values > maxValues) return TextFault.tooManyValues;
	}
	newNames.forEach((name) => {
		knownNames.add(name);
	});
	return nameMemory;
}

/**
 * Measures a value before JSON.stringify(). Looks at own enumerable properties; toJSON() is not called.
 * @param maxDepth Deepest nesting of a value received; a value sent may have `Limit.sendMargin` levels more.
 * @returns A ValueFault.
 */
export function measureValue(value: unknown, maxDepth: number): ValueFault {
	return new ValueWalk(maxDepth + Limit.sendMargin).enter(value);
}

class ValueWalk {
	private readonly maxDepth: number;
	/** The current array or object, and those around it. */
	private readonly path: object[] = [];
	private emptyArrays = 0;

	constructor(maxDepth: number) {
		this.maxDepth = maxDepth;
	}

	enter(value: unknown): ValueFault {
		if (typeof value !== "object" || value === null) return ValueFault.none;
		if (this.path.includes(value)) return ValueFault.cyclic;
		if (this.path.length >= this.maxDepth) return ValueFault.tooDeep;
		const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
		if (Array.isArray(value) && parts.length === 0 && ++this.emptyArrays > Limit.emptyArraysSent)
			return ValueFault.tooManyEmptyArrays;
		this.path.push(value);
		for (const part of parts) {
			const fault = this.enter(part);
			if (fault !== ValueFault.none) return fault;
		}
		this.path.pop();
		return ValueFault.none;
	}
}

/**
 * Returns the position after the closing quote of a string, or the end of the text.
 * @param escapes False if the text has no backslash, which is faster.
 */
function endOfString(text: string, start: number, escapes: boolean): number {
	if (!escapes) return text.indexOf('"', start) + 1 || text.length;
	for (let index = start; index < text.length; index++) {
		const character = text.charCodeAt(index);
		if (character === Character.quote) return index + 1;
		if (character === Character.backslash) index++;
	}
	return text.length;
}

function skipSpace(text: string, start: number): number {
	let index = start;
	while (index < text.length && text.charCodeAt(index) <= Character.space) index++;
	return index;
}

function isAt(text: string, index: number, character: Character): boolean {
	return text.charCodeAt(index) === character;
}

/** Returns whether a name is an array index, which XS does not keep as a name. */
function isIndex(name: string): boolean {
	if (name === "" || name.length > Limit.indexDigits || (name.length > 1 && name[0] === "0")) return false;
	for (let index = 0; index < name.length; index++) {
		const character = name.charCodeAt(index);
		if (character < Character.zero || character > Character.nine) return false;
	}
	return true;
}

/** Returns whether a character ends a number or a word. */
function isDelimiter(character: number): boolean {
	return (
		character <= Character.space ||
		character === Character.comma ||
		character === Character.colon ||
		character === Character.quote ||
		character === Character.leftBracket ||
		character === Character.rightBracket ||
		character === Character.leftBrace ||
		character === Character.rightBrace
	);
}
