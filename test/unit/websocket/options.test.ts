import "../../../sim/node/globals.js";
import test from "ava";
import {
	booleanOption,
	integerOption,
	rawOptions,
	stringOption,
	stringsOption,
	wrongType,
	wrongValue,
} from "../../../modules/websocket/options.js";
import { ConnectionSettings } from "../../../modules/websocket/settings.js";

test("options must be an object or undefined", (t) => {
	t.deepEqual(rawOptions(undefined), {});
	const options = Object.freeze({ a: 1 });
	t.is(rawOptions(options), options);
	for (const value of [1, "host", true, Symbol("a"), () => {}])
		t.throws(() => rawOptions(value), {
			instanceOf: TypeError,
			message: /^options is .*; it must be an object$/,
		});
});

const notIntegers = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1.5, 11, 2 ** 53];

test("integers: the default, the inclusive range, and the error messages", (t) => {
	const read = (value: unknown) => integerOption({ it: value }, "it", 5, 1, 10);
	t.is(read(undefined), 5);
	for (const value of [1, 7, 10]) t.is(read(value), value);
	for (const value of notIntegers) {
		const error = t.throws(() => read(value), { instanceOf: RangeError });
		t.is(error.message, `it is ${value}; it must be an integer from 1 to 10`);
	}
	for (const value of ["5", true, {}, [5], 5n])
		t.throws(() => read(value), {
			instanceOf: TypeError,
			message: /^it is .*; it must be an integer from 1 to 10$/,
		});
});

test("integers without a range are from 0 to the maximum of timers", (t) => {
	t.is(integerOption({}, "it", 12), 12);
	t.is(integerOption({ it: 0 }, "it", 12), 0);
	t.is(integerOption({ it: 0x7fffffff }, "it", 12), 0x7fffffff);
	t.throws(() => integerOption({ it: 0x80000000 }, "it", 12), { instanceOf: RangeError });
	t.throws(() => integerOption({ it: -1 }, "it", 12), { instanceOf: RangeError });
	t.throws(() => integerOption({ it: "1" }, "it", 12), { instanceOf: TypeError });
});

test("an empty string is refused", (t) => {
	t.is(stringOption({}, "it"), undefined);
	t.is(stringOption({ it: "a" }, "it"), "a");
	for (const value of [1, {}, ["a"]])
		t.throws(() => stringOption({ it: value }, "it"), { instanceOf: TypeError, message: /^it is / });
	t.throws(() => stringOption({ it: "" }, "it"), { instanceOf: RangeError, message: /^it is ""/ });
});

test("an error shows a value in one line of ASCII", (t) => {
	const message = 'it is "a\\r\\n\\xfc"; it must be short';
	t.is(wrongValue("it", "a\r\n\xfc", "short").message, message);
	t.is(wrongType("it", "a\r\n\xfc", "short").message, message);
});

test("booleans are true or false; other values are refused", (t) => {
	t.false(booleanOption({}, "it"));
	t.true(booleanOption({ it: true }, "it"));
	t.false(booleanOption({ it: false }, "it"));
	for (const value of [0, 1, "true", {}])
		t.throws(() => booleanOption({ it: value }, "it"), { instanceOf: TypeError });
});

test("lists of strings: one string stands for a list, and the list is a copy", (t) => {
	t.is(stringsOption({}, "it"), undefined);
	t.deepEqual(stringsOption({ it: "a" }, "it"), ["a"]);
	const list = ["a", "b"];
	t.deepEqual(stringsOption({ it: list }, "it"), list);
	t.not(stringsOption({ it: list }, "it"), list);
	t.deepEqual(stringsOption({ it: [] }, "it"), []);
	for (const value of [1, {}, ["a", 1], ["a", null], [["a"]]])
		t.throws(() => stringsOption({ it: value }, "it"), { instanceOf: TypeError });
	for (const value of ["", ["a", ""]])
		t.throws(() => stringsOption({ it: value }, "it"), { instanceOf: RangeError });
});

test("null and undefined select the default", (t) => {
	t.is(integerOption({ it: null }, "it", 5, 1, 10), 5);
	t.is(stringOption({ it: null }, "it"), undefined);
	t.is(stringsOption({ it: null }, "it"), undefined);
	t.false(booleanOption({ it: null }, "it"));
	const names = [
		"sendType",
		"receiveType",
		"sendQueueSize",
		"overflow",
		"maxMessageSize",
		"closeTimeout",
		"throttleFactor",
		"pingInterval",
	];
	t.deepEqual(
		ConnectionSettings.ofClient(Object.fromEntries(names.map((name) => [name, null]))),
		ConnectionSettings.ofClient({}),
	);
});

test("a connection's settings have their defaults, and options are never changed", (t) => {
	const settings = ConnectionSettings.ofClient(Object.freeze({}));
	t.like(settings, {
		sendQueueSize: 4096,
		dropOldest: false,
		maxMessageSize: 8192,
		closeTimeout: 2000,
		throttleFactor: 0,
	});
	t.is(ConnectionSettings.ofServer({}).maxMessageSize, 4096);
});

test("each of a connection's options is checked, and the error names it", (t) => {
	const wrong: Record<string, unknown[]> = {
		sendType: ["x", 1],
		receiveType: ["x", 1],
		maxDepth: [0, 33, "8"],
		maxValues: [0, Number.POSITIVE_INFINITY],
		names: [1, [1], [""]],
		nameMemory: [-1, 1.5],
		sendQueueSize: [-1, 0x1000001, "4096", 100.5],
		overflow: ["drop", 1, ""],
		maxMessageSize: [-1, 2 ** 26 + 1],
		closeTimeout: [-1, "1", Number.NaN],
		throttleFactor: [-1, "0"],
		pingInterval: [-1, true],
		pongTimeout: [-1, {}],
	};
	for (const [name, values] of Object.entries(wrong))
		for (const value of values)
			t.throws(() => ConnectionSettings.ofClient({ [name]: value }), { message: new RegExp(`^${name} is `) });
});

test("overflow: the error names both valid values", (t) => {
	for (const [overflow, instanceOf] of [
		[1, TypeError],
		[{}, TypeError],
		["", RangeError],
		["drop", RangeError],
	] as const)
		t.throws(() => ConnectionSettings.ofClient({ overflow }), {
			instanceOf,
			message: /^overflow is .*; it must be "refuse" or "drop-oldest"$/,
		});
});

test("liveness: a ping is never sent before the interval, and a connection never dropped before the timeout", (t) => {
	for (const [pingInterval, pongTimeout] of [
		[30000, 10000],
		[1000, 5],
		[10, 10],
		[1, 1],
		[5, 100000],
		[1000, 0],
	] as const) {
		const { tick, pingTicks, destroyTicks } = ConnectionSettings.ofClient({ pingInterval, pongTimeout });
		t.true(tick >= 1);
		// The first tick after a sign of life may follow immediately.
		const silence = (pingTicks - 1) * tick;
		t.true(silence >= pingInterval && silence <= pingInterval + 2 * tick);
		t.true((destroyTicks - pingTicks) * tick > pongTimeout);
	}
	t.is(ConnectionSettings.ofClient({ pingInterval: 0 }).tick, 0);
});
