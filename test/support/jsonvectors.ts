/** Test vectors for measureText() and measureValue(), for both implementations in modules/json: TypeScript and C. */

/** Limits that are reached only by the vectors that test them. */
const wide = 1000000;

export interface TextVector {
	readonly text: string;
	readonly maxDepth: number;
	readonly maxValues: number;
	readonly maxNameMemory: number;
	readonly result: number;
}

const tooDeep = -1;
const tooManyValues = -2;
const tooManyNames = -3;

function depth(text: string, levels: number): TextVector[] {
	const limits = { text, maxValues: wide, maxNameMemory: -1 };
	return [
		{ ...limits, maxDepth: levels, result: 0 },
		...(levels > 0 ? [{ ...limits, maxDepth: levels - 1, result: tooDeep }] : []),
	];
}

function values(text: string, count: number): TextVector[] {
	const limits = { text, maxDepth: wide, maxNameMemory: -1 };
	return [
		{ ...limits, maxValues: count, result: 0 },
		...(count > 0 ? [{ ...limits, maxValues: count - 1, result: tooManyValues }] : []),
	];
}

function names(text: string, memory: number): TextVector[] {
	const limits = { text, maxDepth: wide, maxValues: wide };
	return [
		// The refused case comes first, because accepted names are known afterwards.
		...(memory > 0 ? [{ ...limits, maxNameMemory: memory - 1, result: tooManyNames }] : []),
		{ ...limits, maxNameMemory: memory, result: memory },
		{ ...limits, maxNameMemory: 0, result: 0 },
	];
}

/** Created on demand, because a device cannot keep all of them. */
export const makeTextVectors = (): TextVector[] => [
	...depth("", 0),
	...depth("1", 0),
	...depth('"[[[{{{"', 0),
	...depth('"\\"[[["', 0),
	...depth('"\\\\"', 0),
	...depth('["\\\\", [1]]', 2),
	...depth("[]", 1),
	...depth("[[],[],[[]]]", 3),
	...depth('{"a":{"b":[{}]}}', 4),
	...depth('{"a[":{"b{":1}}', 2),
	...depth("[[[[", 4),
	...depth('{"":'.repeat(300), 300),
	...depth("[".repeat(16000), 16000),
	...depth('[{"":'.repeat(50), 100),
	...depth(" [ \\n [ ] \\t ] ", 2),
	...depth("]]]]]][", 0),
	...depth('"unfinished [[[', 0),
	...depth('"unfinished \\', 0),
	...values("", 0),
	...values("   ", 0),
	...values("1", 1),
	...values("-1.5e+10", 1),
	...values('"a, b, c"', 1),
	...values("null", 1),
	...values("[1]", 2),
	...values("[1,2,3]", 4),
	...values("[ 1 , 2 , 3 ]", 4),
	...values("[[1],[1]]", 5),
	...values('["a","b",["c"]]', 5),
	...values('{"a":1,"b":{"c":"d:e"}}', 4),
	...values('{"a" : "b"}', 2),
	...values("[true,false,null]", 4),
	...values(`[${"1,".repeat(8000)}1]`, 8002),
	...values(`[${'"",'.repeat(5000)}""]`, 5002),
	...values("{,,,,,}", 1),
	...values("1 2 3", 3),
	...values(`[${"[],".repeat(23)}[]]`, 25),
	{
		text: `[${"[],".repeat(24)}[]]`,
		maxDepth: wide,
		maxValues: wide,
		maxNameMemory: -1,
		result: tooManyValues,
	},
	{
		text: `[${"[ \n],".repeat(24)}[]]`,
		maxDepth: wide,
		maxValues: wide,
		maxNameMemory: -1,
		result: tooManyValues,
	},
	{ text: `[${"{},".repeat(24)}{}]`, maxDepth: wide, maxValues: wide, maxNameMemory: -1, result: 0 },
	...names("{}", 0),
	...names('"no name"', 0),
	...names('{"vector-1":1}', 28),
	...names('{"vector-2" : 1, "vector-3":[{"vector-2":2}]}', 56),
	...names('[{"vector-4":1},{"vector-4":1},{"vector-4":1}]', 28),
	...names('{"vectör-5":1}', 29),
	...names('{"0":1,"7":1,"4711":1,"123456789":1}', 0),
	...names('{"007 vector":1}', 30),
	...names(`{"${"v".repeat(63)}":1}`, 83),
	{
		text: `{"${"w".repeat(3000)}":1}`,
		maxDepth: wide,
		maxValues: wide,
		maxNameMemory: 2048,
		result: tooManyNames,
	},
	{ text: '{"vector-6":1}', maxDepth: wide, maxValues: wide, maxNameMemory: -1, result: 0 },
];

export interface ValueVector {
	readonly name: string;
	readonly make: () => unknown;
	readonly maxDepth: number;
	readonly result: number;
}

/** Additional levels that a sent value may have, compared with a received one. */
const margin = 2;
const valueTooDeep = 1;
const valueCyclic = 2;
const valueTooManyEmptyArrays = 3;

function nest(levels: number, wrap: (value: unknown) => unknown): unknown {
	let value: unknown = 1;
	for (let level = 0; level < levels; level++) value = wrap(value);
	return value;
}

const inArray = (value: unknown): unknown => [value];
const inObject = (value: unknown): unknown => ({ value });
const inSecond = (value: unknown): unknown => [0, { other: 1, value }];

function levels(name: string, count: number, make: () => unknown): ValueVector[] {
	return [
		{ name: `${name}, at the limit`, make, maxDepth: count - margin, result: 0 },
		{ name: `${name}, one too deep`, make, maxDepth: count - margin - 1, result: count ? valueTooDeep : 0 },
	];
}

function selfReference(): unknown {
	const value: { self?: unknown } = {};
	value.self = value;
	return value;
}

/** Returns a tree with a reference from each node to its parent. Without cycle detection, a walk takes exponential time. */
function tree(): unknown {
	const root: { children: unknown[] } = { children: [] };
	for (let index = 0; index < 10; index++) root.children.push({ parent: root, children: [] });
	return root;
}

export const makeValueVectors = (): ValueVector[] => [
	...levels("undefined", 0, () => undefined),
	...levels("null", 0, () => null),
	...levels("a string", 0, () => "[[["),
	...levels("a function", 0, () => () => 1),
	...levels("an object with a method", 1, () => ({ method() {} })),
	...levels("an empty array", 1, () => []),
	...levels("arrays", 5, () => nest(5, inArray)),
	...levels("objects", 5, () => nest(5, inObject)),
	...levels("objects in arrays", 6, () => nest(3, inSecond)),
	...levels("many arrays", 30, () => nest(30, inArray)),
	...levels("an array beside deeper ones", 3, () => [[], [[1]], 1]),
	...levels("an object with index keys", 2, () => ({ 1: { 2: 3 } })),
	...levels("the same object twice", 2, () => {
		const part = { a: 1 };
		return [part, part];
	}),
	{ name: "an object in itself", make: selfReference, maxDepth: 10, result: valueCyclic },
	{ name: "a tree whose nodes know their parents", make: tree, maxDepth: 30, result: valueCyclic },
	{ name: "48 empty arrays", make: () => Array.from({ length: 48 }, () => []), maxDepth: 3, result: 0 },
	{
		name: "49 empty arrays",
		make: () => ({ list: Array.from({ length: 49 }, () => []) }),
		maxDepth: 3,
		result: valueTooManyEmptyArrays,
	},
	{ name: "49 empty objects", make: () => Array.from({ length: 49 }, () => ({})), maxDepth: 3, result: 0 },
];

/** Runs all vectors on a device's own functions. Returns a description of each failure. */
export function failures(
	measureText: (text: string, maxDepth: number, maxValues: number, maxNameMemory: number) => number,
	measureValue: (value: unknown, maxDepth: number) => number,
): string[] {
	const found: string[] = [];
	for (const { text, maxDepth, maxValues, maxNameMemory, result } of makeTextVectors()) {
		const measured = measureText(text, maxDepth, maxValues, maxNameMemory);
		// Parsing makes the names known to XS.
		if (maxNameMemory > 0 && measured > 0) JSON.parse(text);
		if (measured !== result)
			found.push(
				`${text.slice(0, 40)}, ${maxDepth}, ${maxValues}, ${maxNameMemory}: ${measured}, not ${result}`,
			);
	}
	for (const { name, make, maxDepth, result } of makeValueVectors()) {
		const measured = measureValue(make(), maxDepth);
		if (measured !== result) found.push(`${name}: ${measured}, not ${result}`);
	}
	return found;
}
