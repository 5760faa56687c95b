import test from "ava";
import { fuzz } from "./session.js";

// For another seed: npm run fuzz -- --seed N.
test("a thousand random cases end as required and leave no memory in use", async (t) => {
	const { cases, client, server, failed, endings } = await fuzz({ seed: 1, cases: 1000 });
	t.log(endings);
	t.deepEqual(failed, []);
	t.is(cases, 1000);
	t.true(client > 300 && server > 300);
	for (const ending of [
		"open",
		"failed 1002",
		"failed 1007",
		"failed 1009",
		"closed 1000",
		"request refused",
	])
		t.true((endings[ending] ?? 0) > 0, ending);
});
