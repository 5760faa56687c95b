import { isVisible, lowerCase, quote } from "../rfc6455/characters.js";
import { isObject, type RawOptions, wrongType } from "../websocket/options.js";
import { checksum } from "./checksum.js";
import type { PageData } from "./pagedata.js";

const enum Gzip {
	/** RFC 1952 section 2.3.1: the first two bytes, of which the first one comes first. */
	magic = 0x1f8b,
	/** Shortest file: a header of 10 bytes, no data in 2, checksum and length. */
	shortest = 20,
	/** Bytes of the checksum and the length at the end. */
	trailer = 8,
}

/** A page of a Server. */
export class Page {
	/** The path of requests for it. */
	readonly path: string;
	readonly type: string;
	readonly data: PageData;
	/** True if gzip has compressed the bytes. */
	readonly isZipped: boolean;
	/** Made with the first request: it reads the whole page. */
	private tag: string | undefined;

	/** @throws TypeError or RangeError that names the page. */
	constructor(path: string, value: unknown) {
		if (!path.startsWith("/") || path.indexOf("?") >= 0 || path.indexOf("#") >= 0 || !isVisible(path))
			throw new RangeError(
				`pages has the path ${quote(path)}; it must start with "/" and hold visible ASCII without space, "?" and "#"`,
			);
		const hasType = isObject(value) && "data" in value;
		const type = hasType ? ((value as RawOptions)["type"] ?? undefined) : undefined;
		if (type !== undefined && typeof type !== "string")
			throw wrongType(`the type of the page ${quote(path)}`, type, "a string");
		if (type !== undefined && (type.indexOf("/") <= 0 || !isVisible(type, true)))
			throw new RangeError(
				`the type of the page ${quote(path)} is ${quote(type)}; it must be a media type, such as "text/html"`,
			);
		this.path = path;
		this.type = type ?? typeOf(path);
		this.data = dataOf(path, hasType ? (value as RawOptions)["data"] : value);
		const first = new Uint8Array(this.data.slice(0, 2));
		const start = ((first[0] as number) << 8) | (first[1] as number);
		this.isZipped = start === Gzip.magic && this.data.byteLength >= Gzip.shortest;
		this.tag = undefined;
	}

	/** The entity tag (RFC 9110 section 8.8.3): a checksum of the page and its length. */
	get entityTag(): string {
		this.tag ??= `"${hexadecimal(this.checksum())}-${hexadecimal(this.data.byteLength)}"`;
		return this.tag;
	}

	/** Of a compressed page, the checksum at its end (RFC 1952 section 2.3.1). */
	private checksum(): number {
		const { data } = this;
		if (!this.isZipped) return checksum(data);
		const end = data.byteLength - Gzip.trailer;
		const bytes = new Uint8Array(data.slice(end, end + 4));
		let sum = 0;
		for (let index = 0; index < 4; index++) sum = (sum << 8) | (bytes[index] as number);
		return sum;
	}
}

/** @throws TypeError when a value is neither a buffer nor a view nor a Resource. */
const dataOf = (path: string, value: unknown): PageData => {
	if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
	const { byteLength, slice } = (isObject(value) ? value : {}) as Partial<PageData>;
	if (typeof byteLength !== "number" || typeof slice !== "function")
		throw wrongType(
			`the page ${quote(path)}`,
			value,
			"a Resource, an ArrayBuffer or a view, or { data, type }",
		);
	return value as PageData;
};

const hexadecimal = (value: number): string => (value >>> 0).toString(16);

/** Returns the media type for the ending of a path. */
const typeOf = (path: string): string => {
	let start = path.length;
	while (path.charAt(start - 1) !== "." && path.charAt(start - 1) !== "/") start--;
	switch (path.charAt(start - 1) === "." ? lowerCase(path.slice(start)) : "") {
		case "":
		case "html":
		case "htm":
			return "text/html; charset=utf-8";
		case "js":
		case "mjs":
			return "text/javascript; charset=utf-8";
		case "css":
			return "text/css; charset=utf-8";
		case "txt":
			return "text/plain; charset=utf-8";
		case "json":
		case "map":
			return "application/json";
		case "webmanifest":
			return "application/manifest+json";
		case "svg":
			return "image/svg+xml";
		case "png":
			return "image/png";
		case "jpg":
		case "jpeg":
			return "image/jpeg";
		case "gif":
			return "image/gif";
		case "webp":
			return "image/webp";
		case "ico":
			return "image/x-icon";
		case "woff2":
			return "font/woff2";
		case "wasm":
			return "application/wasm";
	}
	return "application/octet-stream";
};
