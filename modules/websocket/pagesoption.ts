/** The option `pages`. What it means is known to `modules/pages`, which only apps with pages have. */

import { pageMaker } from "../channel/network.js";
import type { Pages } from "../rfc6455/pages.js";
import { given, type RawOptions } from "./options.js";

/** The bytes of a page: a buffer, a view, or a `Resource` of the Moddable SDK. They are not copied, and must not change. */
export type PageBytes =
	| ArrayBuffer
	| ArrayBufferView
	| {
			/** Length in bytes. */
			readonly byteLength: number;
			/** Returns a copy of some bytes. */
			slice(start: number, end: number): ArrayBuffer;
	  };

/**
 * A page: its bytes, or an object with these and their media type. Without `type`, the ending of the path tells it; a path
 * without one is `text/html; charset=utf-8`. Bytes that gzip has compressed are sent as such; `type` is that of what they
 * decompress to.
 */
export type Page = PageBytes | { readonly data: PageBytes; readonly type?: string | null };

/**
 * Returns the pages of a Server; undefined without the option.
 * @throws TypeError or RangeError that names the page, TypeError when the app has no modules for pages.
 */
export const pagesOption = (options: RawOptions): Pages | undefined => {
	const pages = given(options, "pages");
	if (pages === undefined) return undefined;
	const make = pageMaker();
	if (!make)
		throw new TypeError(
			"this app cannot serve pages; include xs-web-socket's manifest_pages.json in its manifest, or leave out pages",
		);
	return make(pages);
};
