import test from "ava";
import { startDevice } from "./support.js";

test("set() and slice() copy arrays of all lengths and alignments", async (t) => {
	const device = await startDevice(t, "copies");
	t.deepEqual(device.lines, [
		...[0, 10, 255, 256, 300, 5001].flatMap((length) => [
			`set ${length}: 0 wrong`,
			`slice ${length}: ${length} true`,
		]),
		"slice of the end 300 true",
		"slice of a part 800, of nothing 0",
		"a slice is a copy 500 true",
		"overlapping true",
		"of numbers 9 true",
		"offset 1: RangeError",
		"offset -1: RangeError",
	]);
});
