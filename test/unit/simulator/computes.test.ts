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
		...[5, 4].flatMap((period) =>
			[1, 599, 600, 603, 70000].map((length) => `${period} on ${length}: 0 wrong`),
		),
	]);
});
