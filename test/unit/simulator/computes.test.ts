import test from "ava";
import { startDevice } from "./support.js";

test("logical operations return the same results as the SDK's native modules", async (t) => {
	const device = await startDevice(t, "computes");
	t.deepEqual(device.lines, [
		"xor 1 3 6 2 6 1 7 5",
		"xor of a part 1 3 249 253 249 254 7 5",
		"xor of a count 254 252 249 253 249 254 7 5",
		"count 0: RangeError",
		"count -1: RangeError",
		"count 9: RangeError",
		...["xor", "and", "or"].flatMap((operator) =>
			[0, 1, 3, 4, 63, 64, 70, 257, 1030, 5000, 16384, 40000].map(
				(length) => `${operator} on ${length}: 0 wrong`,
			),
		),
		"zeros true",
	]);
});
