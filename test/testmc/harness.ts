/** What the SDK's testmc gives tests, as far as those of test/testmc use it. */

import Timer from "timer";

/** The value that a test shows as wrong; its message says which one. */
function fail(message: string): never {
	throw new Error(message);
}

function assert(value: unknown, message = "a condition does not hold"): void {
	if (value !== true) fail(message);
}

assert.sameValue = (actual: unknown, expected: unknown, message = ""): void => {
	if (!Object.is(actual, expected)) fail(`${message} ${String(actual)} in place of ${String(expected)}`);
};

assert.throws = (kind: abstract new () => Error, run: () => void): void => {
	try {
		run();
	} catch (error) {
		if ((error as Error).constructor === kind) return;
		throw error;
	}
	fail(`no ${kind.name} was thrown`);
};

let isDone = false;

/** Ends a test, once. */
function done(error?: unknown): void {
	if (isDone) return;
	isDone = true;
	trace(error === undefined ? "passed\n" : `${error}\n`);
}

Object.assign(globalThis, {
	assert,
	$DONE: done,
	$DO:
		(run: (...values: unknown[]) => void) =>
		(...values: unknown[]): void => {
			try {
				run(...values);
				done();
			} catch (error) {
				done(error);
			}
		},
	$NETWORK: { connected: Promise.resolve() },
	$TESTMC: {
		timeout: (milliseconds: number, message: string) => Timer.set(() => done(message), milliseconds),
	},
});

/** Runs the body of a test. One that is not asynchronous has passed when it returns. */
export function run(isAsync: boolean, body: () => Promise<void>): void {
	body().then(() => {
		if (!isAsync) done();
	}, done);
}
