import "../../../sim/node/globals.js";
import test from "ava";
import { Backoff } from "../../../modules/websocket/backoff.js";

/** Makes Math.irandom() return the lowest (0) or the highest (1) number of each range, or one in between. */
function fix(part: number): void {
	Math.irandom = (from?: number, to?: number) =>
		(from as number) + Math.floor(part * ((to as number) - (from as number) - 1));
}

function pauses(backoff: Backoff, count: number): number[] {
	return Array.from({ length: count }, () => backoff.next());
}

test("pauses grow by the factor up to the maximum; full jitter reaches down to the minimum", (t) => {
	fix(0);
	t.deepEqual(pauses(new Backoff(1000, 60_000, 2, 1), 7), [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
	t.deepEqual(pauses(new Backoff(100, 1000, 3, 1), 4), [300, 900, 1000, 1000]);
	fix(1);
	t.deepEqual(pauses(new Backoff(1000, 60_000, 2, 1), 7), Array(7).fill(1000));
});

test("jitter is the part of the range that is left to chance", (t) => {
	fix(1);
	t.deepEqual(pauses(new Backoff(1000, 60_000, 2, 0), 4), [2000, 4000, 8000, 16_000]);
	t.deepEqual(pauses(new Backoff(1000, 9000, 3, 0.5), 3), [2000, 5000, 5000]);
	t.deepEqual(pauses(new Backoff(500, 500, 1, 1), 3), [500, 500, 500]);
	t.deepEqual(pauses(new Backoff(100, 1000, 1.5, 1), 2), [100, 100]);
});

test("a long pause is in the upper half, and so may be the next ones", (t) => {
	const backoff = new Backoff(1000, 61_000, 2, 1);
	fix(1);
	t.is(backoff.nextLong(), 31_000);
	fix(0);
	t.is(backoff.nextLong(), 61_000);
	t.is(backoff.next(), 61_000);
});

test("reset() starts again with short pauses", (t) => {
	fix(0);
	const backoff = new Backoff(1000, 60_000, 2, 1);
	pauses(backoff, 5);
	backoff.reset();
	t.is(backoff.next(), 2000);
});
