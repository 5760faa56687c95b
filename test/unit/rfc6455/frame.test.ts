import test from "ava";
import { payloadCapacity } from "../../../modules/rfc6455/frame.js";

/** Returns the length of a frame's header in bytes (section 5.2). */
function headerLength(length: number, key: number): number {
	return (length < 126 ? 2 : length < 65536 ? 4 : 10) + key;
}

test("payloadCapacity: the longest payload whose frame fits a window, for every window up to 70000 bytes", (t) => {
	for (const key of [0, 4]) {
		for (let window = 0; window < 70000; window++) {
			const capacity = payloadCapacity(window, key > 0);
			const fits = (length: number) => headerLength(length, key) + length <= window;
			if (capacity === 0 ? fits(1) : !fits(capacity)) t.fail(`window ${window}, key ${key}: ${capacity}`);
			// One byte more may need a longer header: some windows fit a payload of 65535 bytes but not one of 65536.
			if (capacity !== 0 && fits(capacity + 1))
				t.fail(`window ${window}, key ${key}: more than ${capacity} fits`);
		}
	}
	t.pass();
});
