import test from "ava";
import { casesFor, playAll, roles, windowSizes } from "./suite.js";

// Two devices at a time would be as quick, but leave nothing for the tests of other files.
for (const windows of windowSizes) {
	for (const role of roles) {
		test.serial(`${role}: every case of RFC 6455 passes with windows of ${windows} octets`, async (t) => {
			const { played, failures } = await playAll(role, windows);
			t.is(played.length, casesFor(role).length);
			t.true(played.length > 200);
			t.deepEqual(failures, []);
		});
	}
}
