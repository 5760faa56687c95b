import "../../../sim/node/globals.js";
import test from "ava";
import { Emitter } from "../../../modules/websocket/emitter.js";
import { Listeners } from "../../../modules/websocket/listeners.js";
import { traces } from "../../../sim/node/globals.js";
import { hostile } from "../../support/hostile.js";

type Events = {
	plain: [];
	one: [value: unknown];
	two: [first: unknown, second: unknown];
	message: [message: unknown, info: unknown];
	three: [number, number, number];
	error: [message: string];
	__proto__: [];
	constructor: [];
};

/** An emitter whose core fires events, as that of a Client does. */
class Emitting extends Emitter<Events> {
	readonly listeners: Listeners;

	constructor() {
		const listeners = new Listeners();
		super(listeners);
		this.listeners = listeners;
	}

	/** Returns whether there are listeners, as emit() does. */
	fire(event: keyof Events & string, first?: unknown, second?: unknown): boolean {
		const isHeard = this.listenerCount(event) > 0;
		this.listeners.fire(event, first, second);
		return isHeard;
	}
}

/** Values that a template or String() cannot convert, and what is traced in place of them. */
const withoutText: [thrown: unknown, shown: string][] = [
	[Symbol("odd"), "Symbol(odd)"],
	[Object.create(null), "an exception without a text"],
	[
		{
			toString() {
				throw this;
			},
		},
		"an exception without a text",
	],
];

/** Both ways to emit an event without, with one and with two arguments. */
const ways: [name: string, emit: (it: Emitting, event: keyof Events, ...values: unknown[]) => boolean][] = [
	[
		"emit()",
		(it, event, ...values) => (it.emit as (event: string, ...values: unknown[]) => boolean)(event, ...values),
	],
	["fire()", (it, event, ...values) => it.fire(event, values[0], values[1])],
];

for (const [name, rawEmit] of ways) {
	const emit: typeof rawEmit = (it, event, ...values) => rawEmit.call(it, it, event, ...values);

	test(`${name}: listeners are called in the order in which they were added, with this and the arguments`, (t) => {
		const it = new Emitting();
		const calls: unknown[] = [];
		for (const number of [1, 2, 3]) {
			it.on("two", function (this: unknown, ...values) {
				calls.push([number, this === it, ...values]);
			});
			calls.length = 0;
			t.true(emit(it, "two", "a", "b"));
			t.deepEqual(
				calls,
				[1, 2, 3].slice(0, number).map((of) => [of, true, "a", "b"]),
			);
		}
		t.false(emit(it, "one", "a"));
	});

	test(`${name}: a listener receives exactly the given arguments`, (t) => {
		for (const listeners of [1, 2]) {
			const it = new Emitting();
			const counts: number[] = [];
			for (let count = 0; count < listeners; count++)
				for (const event of ["plain", "one", "two"] as const)
					it.on(event, (...values: unknown[]) => counts.push(values.length));
			emit(it, "plain");
			emit(it, "one", null);
			emit(it, "two", 0, "");
			t.deepEqual([...new Set(counts)], [0, 1, 2]);
			t.is(counts.length, 3 * listeners);
		}
	});

	test(`${name}: a listener that throws is traced, and the others run`, (t) => {
		for (const throwing of [0, 1, 2]) {
			const it = new Emitting();
			const calls: number[] = [];
			for (const number of [0, 1, 2])
				it.on("plain", () => {
					calls.push(number);
					if (number === throwing) throw new RangeError(`thrown by ${name} ${number}`);
				});
			t.true(emit(it, "plain"));
			t.deepEqual(calls, [0, 1, 2]);
			t.true(
				traces.some(
					(text) => /"plain" threw RangeError/.test(text) && text.includes(`by ${name} ${throwing}`),
				),
			);
		}
		const alone = new Emitting();
		alone.on("plain", () => {
			throw "not an Error";
		});
		t.true(emit(alone, "plain"));
		t.true(traces.some((text) => text.includes("not an Error")));
		for (const [thrown, shown] of withoutText) {
			const odd = new Emitting();
			const { length } = traces;
			odd.on("plain", () => {
				throw thrown;
			});
			t.true(emit(odd, "plain"));
			t.deepEqual(traces.slice(length), [`xs-web-socket: a listener for "plain" threw ${shown}\n`]);
		}
		for (const thrown of hostile()) {
			const odd = new Emitting();
			const { length } = traces;
			const calls: number[] = [];
			for (const number of [1, 2])
				odd.on("plain", () => {
					calls.push(number);
					throw thrown;
				});
			t.true(emit(odd, "plain"));
			t.deepEqual(calls, [1, 2]);
			t.is(traces.length, length + 2);
		}
	});

	test(`${name}: an error without listeners is traced, not thrown`, (t) => {
		const it = new Emitting();
		t.false(emit(it, "error", `without listeners: ${name}`));
		t.true(traces.some((text) => text.includes(`error: without listeners: ${name}`)));
		for (const [value, shown] of withoutText) {
			t.false(emit(it, "error", value));
			t.is(traces.at(-1), `xs-web-socket: error: ${shown}\n`);
		}
		const { length } = traces;
		it.on("error", () => {});
		t.true(emit(it, "error", "heard"));
		t.is(traces.length, length);
	});

	test(`${name}: once() calls its listener once, even if that emits the event again`, (t) => {
		const it = new Emitting();
		let calls = 0;
		it.once("plain", () => {
			calls++;
			emit(it, "plain");
		});
		t.is(it.listenerCount("plain"), 1);
		t.true(emit(it, "plain"));
		t.false(emit(it, "plain"));
		t.is(calls, 1);
		for (const _ of [1, 2]) it.once("plain", () => calls++);
		it.on("plain", () => calls++);
		emit(it, "plain");
		emit(it, "plain");
		t.is(calls, 5);
	});

	test(`${name}: adding or removing listeners while an event is emitted takes effect with the next event`, (t) => {
		const it = new Emitting();
		const calls: string[] = [];
		const late = () => calls.push("late");
		const second = () => calls.push("second");
		it.on("plain", () => {
			calls.push("first");
			it.on("plain", late);
			it.off("plain", second);
		});
		it.on("plain", second);
		emit(it, "plain");
		t.deepEqual(calls, ["first", "second"]);
		calls.length = 0;
		emit(it, "plain");
		t.deepEqual(calls, ["first", "late"]);
	});

	test(`${name}: a once() listener removed before its turn is not called`, (t) => {
		const it = new Emitting();
		const never = () => t.fail();
		it.on("plain", () => it.removeAllListeners("plain"));
		it.once("plain", never);
		t.true(emit(it, "plain"));
		t.false(emit(it, "plain"));
	});

	test(`${name}: names of Object.prototype are events like others`, (t) => {
		const it = new Emitting();
		for (const event of ["__proto__", "constructor"] as const) {
			t.false(emit(it, event));
			t.is(it.listenerCount(event), 0);
			let calls = 0;
			it.on(event, () => calls++);
			t.true(emit(it, event));
			t.is(calls, 1);
			it.removeAllListeners(event);
			t.false(emit(it, event));
		}
	});
}

test("emit() takes any number of arguments", (t) => {
	const it = new Emitting();
	let sum = 0;
	it.on("three", (a, b, c) => {
		sum = a + b + c;
	});
	it.emit("three", 1, 2, 3);
	t.is(sum, 6);
});

test("removeListener() and off() remove the most recently added instance of a function", (t) => {
	for (const remove of ["off", "removeListener"] as const) {
		const it = new Emitting();
		const calls: string[] = [];
		const twice = () => calls.push("twice");
		it.on("plain", twice);
		it.on("plain", () => calls.push("between"));
		it.once("plain", twice);
		it[remove]("plain", twice);
		it.emit("plain");
		it.emit("plain");
		t.deepEqual(calls, ["twice", "between", "twice", "between"]);
		it[remove]("plain", twice);
		it[remove]("plain", twice);
		t.is(it.listenerCount("plain"), 1);
		it[remove]("one", twice);
	}
});

test("a listener added with once() can be removed", (t) => {
	const it = new Emitting();
	const never = () => t.fail();
	it.once("plain", never);
	it.off("plain", never);
	t.false(it.emit("plain"));
});

test("removeAllListeners() removes the listeners of one event, or of all events", (t) => {
	const it = new Emitting();
	for (const event of ["plain", "one", "two"] as const) {
		it.on(event, () => {});
		it.on(event, () => {});
	}
	it.removeAllListeners("plain");
	t.deepEqual([it.listenerCount("plain"), it.listenerCount("one")], [0, 2]);
	it.removeAllListeners();
	t.deepEqual([it.listenerCount("one"), it.listenerCount("two")], [0, 0]);
	t.false(it.emit("plain"));
	new Emitting().removeAllListeners("plain").removeAllListeners();
});

test("every method that adds or removes returns the emitter", (t) => {
	const it = new Emitting();
	const listener = () => {};
	t.is(it.on("plain", listener), it);
	t.is(it.addListener("plain", listener), it);
	t.is(it.once("plain", listener), it);
	t.is(it.off("plain", listener), it);
	t.is(it.removeListener("plain", listener), it);
	t.is(it.removeAllListeners("plain"), it);
});

test("adding anything but a function throws a TypeError", (t) => {
	const it = new Emitting();
	for (const value of [undefined, null, 1, "listener", {}]) {
		const listener = value as unknown as () => void;
		for (const add of ["on", "addListener", "once"] as const)
			t.throws(() => it[add]("plain", listener), { instanceOf: TypeError, message: /must be a function/ });
	}
	t.is(it.listenerCount("plain"), 0);
});
