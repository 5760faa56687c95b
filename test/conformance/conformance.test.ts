import test from "ava";
import { casesFor, playAll, roles, windowSizes } from "./suite.js";

// Two devices at a time would be as quick, but leave nothing for the tests of other files.
for (const windows of windowSizes) {
	const size = windows === undefined ? "the target's own windows" : `windows of ${windows} octets`;
	for (const role of roles) {
		test.serial(`${role}: every case of RFC 6455 passes with ${size}`, async (t) => {
			const { played, failures } = await playAll(role, windows);
			t.is(played.length, casesFor(role).length);
			t.true(played.length > 200);
			t.deepEqual(failures, []);
		});
	}
}
