import test from "ava";
import { NotOnThisTarget } from "../device/target/target.js";
import { weigh } from "./limits.js";
import { casesFor, playAll, roles, windowSizes } from "./suite.js";

// Serial: two devices in parallel are not faster, and slow down the tests of other files.
for (const windows of windowSizes) {
	const size = windows === undefined ? "the target's own windows" : `windows of ${windows} bytes`;
	for (const role of roles) {
		test.serial(`${role}: every case of RFC 6455 passes with ${size}`, async (t) => {
			const result = await playAll(role, windows);
			t.is(result.played.length, casesFor(role).length);
			t.true(result.played.length > 200);
			const { faults, impossible } = weigh(result, role, windows);
			t.deepEqual(faults, []);
			if (impossible !== undefined) throw new NotOnThisTarget(impossible);
		});
	}
}
