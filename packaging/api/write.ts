/** `npm run docs`: writes the API reference. */

import { readFile, writeFile } from "node:fs/promises";
import { runCommand } from "../../sim/commandline.js";
import { apiReference, page } from "./reference.js";

const usage = `Usage: npm run docs [-- options]

Writes docs/api.md from the docstrings of modules/websocket and modules/chunks.

  --check   write nothing; fail when docs/api.md is out of date
  --help    show this text`;

await runCommand(usage, { check: "boolean" }, async (values) => {
	const reference = await apiReference();
	if (!values["check"]) {
		await writeFile(page, reference);
		return 0;
	}
	if ((await readFile(page, "utf8")) === reference) return 0;
	console.error("docs/api.md is out of date: npm run docs");
	return 1;
});
