import { readFileSync } from "node:fs";
import test from "ava";
import { apiReference, page } from "../../packaging/api/reference.js";

test("docs/api.md is what npm run docs generates", async (t) => {
	t.is(readFileSync(page, "utf8"), await apiReference(), "docs/api.md is out of date: npm run docs");
});
