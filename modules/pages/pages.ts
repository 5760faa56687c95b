import type { Pages } from "../rfc6455/pages.js";
import { isObject, type RawOptions, wrongType } from "../websocket/options.js";
import { Page } from "./page.js";
import { PageRequest } from "./pagerequest.js";

/** The pages of a Server by path. */
class PageTable implements Pages {
	/** A list, because XS never frees a property name, and an object would make one of each path that is asked for. */
	private readonly list: readonly Page[];

	constructor(list: readonly Page[]) {
		this.list = list;
	}

	request(path: string): PageRequest {
		const [page] = this.list.filter((other) => other.path === path);
		return new PageRequest(path, page);
	}
}

const expected = 'an object with a page for each path, such as { "/": page }';

/** Returns the pages for the option. @throws TypeError or RangeError that names the page. */
export const makePages = (value: unknown): Pages => {
	if (!isObject(value) || Array.isArray(value)) throw wrongType("pages", value, expected);
	// These have no properties to go through: every request would get 404.
	if (Symbol.iterator in value || "byteLength" in value)
		throw new TypeError(`pages is a Map or a page; it must be ${expected}`);
	const list: Page[] = [];
	for (const path in value) list.push(new Page(path, (value as RawOptions)[path]));
	return new PageTable(list);
};
