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
		"page 200",
		"page 400",
	])
		t.true((endings[ending] ?? 0) > 0, ending);
});

test("300 random requests for pages get one right response each", async (t) => {
	const { cases, failed, endings } = await fuzz({ seed: 1, cases: 300, onlyPages: true });
	t.log(endings);
	t.deepEqual(failed, []);
	t.is(cases, 300);
	for (const status of [200, 304, 400, 404, 405, 406, 417, 426, 431])
		t.true((endings[`page ${status}`] ?? 0) > 0, String(status));
});
