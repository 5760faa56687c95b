import test from "ava";
import { growthOf, type Reading, slopeOf } from "./heap.js";

/** Makes readings of a heap that grows by `growth` slots per reading, with an occasional outlier. */
function readings(count: number, growth: number): Reading[] {
	return Array.from({ length: count }, (_, index) => ({
		messages: 1000 * index,
		reconnects: 10 * index,
		slots: 15000 + growth * index + (index % 4 === 3 ? 40 : 0),
		chunks: 500000 - 8 * index,
	}));
}

test("a heap with a constant size and outliers does not grow", (t) => {
	t.deepEqual(growthOf(readings(12, 0)), []);
	t.deepEqual(slopeOf(readings(12, 0)), { slotsPerThousandMessages: 0, chunksPerThousandMessages: -8 });
});

test("one slot per reconnect is growth", (t) => {
	const [failure, ...others] = growthOf(readings(12, 10));
	t.regex(failure ?? "", /grows by 10 slots per thousand messages/);
	t.deepEqual(others, []);
});

test("a single step is not growth", (t) => {
	const stepped = readings(12, 0).map((reading, index) => ({
		...reading,
		slots: reading.slots + (index > 9 ? 500 : 0),
	}));
	t.deepEqual(growthOf(stepped), []);
});

test("too few readings fail", (t) => {
	t.regex(growthOf(readings(3, 0))[0] ?? "", /read 3 times/);
});
