import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { readManifest } from "../../../sim/xs/manifest.js";

/** Makes a folder with files. Returns the path of the main module in it. */
function program(t: ExecutionContext, files: Record<string, string>): string {
	const folder = mkdtempSync(join(tmpdir(), "manifest-"));
	t.teardown(() => rmSync(folder, { recursive: true }));
	for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
	return join(folder, "main.ts");
}

const manifest = (content: object) => JSON.stringify(content);

test("resources are the files that the manifest names, with or without extension", (t) => {
	const files = {
		"page.html": "page",
		"style.css": "style",
		"style.html": "other",
		"unnamed.html": "unnamed",
	};
	const resources = { "*": ["./page", "./style.css", "$(MODULES)/crypt/data/ca109"] };
	const main = program(t, { ...files, "manifest.json": manifest({ resources }) });
	const found = Object.entries(readManifest(main).resources).map(([name, bytes]) => [name, String(bytes)]);
	t.deepEqual(found, [
		["page.html", "page"],
		["style.css", "style"],
	]);
	const other = program(t, { ...files, "manifest.json": manifest({ resources: { "*": "./style" } }) });
	t.deepEqual(Object.keys(readManifest(other).resources).sort(), ["style.css", "style.html"]);
	const data = program(t, { ...files, "manifest.json": manifest({ data: { "*": "./page.html" } }) });
	t.deepEqual(Object.keys(readManifest(data).resources), ["page.html"]);
});

test("a resource without a file is an error that names it", (t) => {
	const main = program(t, { "manifest.json": manifest({ resources: { "*": ["./missing/page"] } }) });
	t.throws(() => readManifest(main), {
		message: /manifest\.json: there is no file for the resource "\.\/missing\/page"\.$/,
	});
});

test("a part is there when the manifest includes its manifest", (t) => {
	const paths = ["../../manifest_pages.json", "./xs/manifest_secure.json", { git: "https://example.com" }];
	const include = ["$(MODDABLE)/examples/manifest_base.json", ...paths];
	t.deepEqual(readManifest(program(t, { "manifest.json": manifest({ include }) })).parts, [
		"pages",
		"secure",
	]);
	t.deepEqual(readManifest(program(t, { "manifest.json": manifest({ include: include[0] }) })).parts, []);
	t.deepEqual(readManifest(program(t, {})), { resources: {}, parts: [] });
});
