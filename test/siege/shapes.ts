/** Texts that cost the receiver more than the sender. */

/** Repeats a text. */
export function times(text: string, count: number): string {
	return text.repeat(Math.max(0, Math.floor(count)));
}

/** Makes a JSON array that repeats one item, of at most `bytes` bytes. */
export function arrayOf(item: string, bytes: number): string {
	return `[${times(`${item},`, (bytes - 2 - item.length) / (item.length + 1))}${item}]`;
}

/** Nested values. */
export const nestings: Readonly<Record<string, (depth: number) => string>> = {
	"arrays, unclosed": (depth) => times("[", depth),
	"arrays, closed": (depth) => times("[", depth) + times("]", depth),
	"objects, unclosed": (depth) => times('{"":', depth),
	"objects, closed": (depth) => `${times('{"a":', depth)}1${times("}", depth)}`,
	"mixed, unclosed": (depth) => times('[{"a":', depth / 2),
	"mixed, closed": (depth) => `${times('[{"a":', depth / 2)}1${times("}]", depth / 2)}`,
	"arrays after a value": (depth) => `[1${times(",[1", depth)}${times("]", depth)}]`,
	"arrays with spaces": (depth) => times(" [\t\n", depth),
};

/** JSON texts whose values need much more memory than the text. */
export const amplifications: Readonly<Record<string, (bytes: number) => string>> = {
	"[[1],[1]...": (bytes) => arrayOf("[1]", bytes),
	"[[],[]...": (bytes) => arrayOf("[]", bytes),
	"[1,1...": (bytes) => arrayOf("1", bytes),
	'["",""...': (bytes) => arrayOf('""', bytes),
	"[{},{}...": (bytes) => arrayOf("{}", bytes),
	'[{"a":1},{"a":1}...': (bytes) => arrayOf('{"a":1}', bytes),
	"[[[[]]],[[[]]]...": (bytes) => arrayOf("[[[]]]", bytes),
	"[1.5,1.5...": (bytes) => arrayOf("1.5", bytes),
	"[true,null...": (bytes) => arrayOf("true,null", bytes),
	"[[1],[1]..., unclosed": (bytes) => arrayOf("[1]", bytes).slice(0, -1),
	'"\\u0000\\u0000..."': (bytes) => `"${times("\\u0000", (bytes - 2) / 6)}"`,
	"a long number": (bytes) => times("1", bytes),
};

/** Messages with distinct property names for each number. */
export const names: Readonly<Record<string, (number: number) => string>> = {
	"short names": (number) => `{"n${number}":1}`,
	"sensor-4711": (number) => `{"sensor-${number}":{"value":${number}}}`,
	"names of 200 bytes": (number) => `{"${`${number}`.padStart(200, "x")}":1}`,
	"names that look like indexes": (number) => `{"${number + 1_000_000_000}":1}`,
	"30 names each": (number) =>
		`{${Array.from({ length: 30 }, (_, index) => `"k${30 * number + index}":0`).join(",")}}`,
};
