import { posix } from "node:path";
import test from "ava";
import { exists, type Page, readPages } from "./pages.js";

const pages = readPages();

/** What a link or path of a page names, from the folder of the project. */
function target(page: Page, link: string): string {
	return posix.join(posix.dirname(page.path), link);
}

for (const page of pages) {
	test(`links of ${page.path} lead to files and anchors`, (t) => {
		for (const link of page.links.filter((one) => !/^[a-z]+:/.test(one))) {
			const [file = "", anchor] = link.split("#");
			const path = file === "" ? page.path : target(page, file);
			t.true(exists(path), `${link}: there is no ${path}`);
			if (anchor === undefined) continue;
			const other = pages.find((one) => one.path === path);
			t.true(other?.anchors.has(anchor), `${link}: ${path} has no such heading`);
		}
		t.pass();
	});

	test(`paths that ${page.path} names exist`, (t) => {
		const folders = /^(modules|hosts|examples|sim|test|docs|packaging|figures|\.ci|\.github)\/[\w./-]*$/;
		for (const path of page.codeSpans.filter((code) => folders.test(code)))
			t.true(exists(path), `there is no ${path}`);
		t.pass();
	});
}

test("README.md is short", (t) => {
	const readme = pages.find(({ path }) => path === "README.md");
	t.true((readme?.text.split("\n").length ?? 0) <= 181, "README.md has more than 180 lines");
});
