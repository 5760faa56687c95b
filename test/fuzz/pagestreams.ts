/** Random requests for pages: valid ones, odd ones, and damaged ones. */
import { times } from "../siege/shapes.js";
import type { Random } from "../support/random.js";
import type { FuzzPage } from "./pagejudge.js";
import { damage } from "./streams.js";

/** Paths without a page, and what must not become a path with one. */
const otherPaths = [
	"/no",
	"/a",
	"/a/b/",
	"/a/../a/b",
	"/../a/b",
	"/%2e%2e/",
	"/..%2f",
	"/a%00b",
	"/a\0b",
	"/a b",
	"//",
	"/./",
	"/A/B",
	"/a\\b",
	"/%",
	"/\xe9",
	"*",
	"a/b",
	"",
	"http://",
	"http:///a/b",
	"https://device/a/b",
	"javascript:/a/b",
	"/constructor",
	"/__proto__",
];

const codings = [
	"gzip",
	"x-gzip",
	"GZIP",
	"br",
	"identity",
	"*",
	"gzip2",
	"",
	" ",
	"g zip",
	'"gzip"',
	"gz\xefip",
];
const weights = [
	"",
	"",
	"",
	";q=0",
	";q=0.000",
	";q=1",
	" ; Q=0.5",
	";q=",
	";q=x",
	";q=0x0",
	";",
	";a=1;q=0",
	";q=-0",
];
const separators = [",", ", ", ",,", " ,\t, ", ",", ", ", ",,", " "];

/** Lines that do not concern pages, and faults. */
const lines = [
	"X-Any: thing",
	"X-Empty:",
	"Connection: keep-alive",
	"Connection: close, , Upgrade",
	"Upgrade: h2c",
	"Host: other",
	"Range: bytes=0-1",
	"If-Match: *",
	"Accept: text/html;q=0.9, */*",
	"Content-Length: 0",
	"Content-Length: 5",
	"Content-Length: 00",
	"Content-Length: -1",
	"Content-Length: 0, 0",
	"Content-Length:",
	"Transfer-Encoding: chunked",
	"transfer-encoding:identity",
	"Expect: 100-continue",
	"Expect: more",
	'Cookie: a="b,c"; d=\xff',
	" folded",
	"no colon",
	": no name",
	"If-None-Match : *",
	"X-Control: \x01",
	"X-Nul: \0",
	`X-Long: ${"x".repeat(1900)}`,
];

function listOf(random: Random, item: () => string): string {
	let list = random.next() < 0.1 ? "," : "";
	for (let count = random.integer(0, 5); count > 0; count--)
		list += item() + (count > 1 ? random.pick(separators) : "");
	return list + (random.next() < 0.1 ? " ," : "");
}

function randomTag(random: Random, tags: readonly string[], isValid: boolean): string {
	const tag = random.pick(tags);
	if (isValid)
		return random.pick([tag, `W/${tag}`, '"a,*,b"', `"a,${tag.slice(1, -1)},b"`, '","', 'W/"\xff"']);
	return random.pick([
		tag,
		tag,
		`W/${tag}`,
		`w/${tag}`,
		tag.slice(1),
		tag.slice(0, -1),
		tag.toUpperCase(),
		`"${tag}"`,
		'"a,*,b"',
		`"a, ${tag.slice(1, -1)} ,b"`,
		'","',
		'""',
		'W/"\xff"',
		"*",
		'"',
	]);
}

function randomTarget(random: Random, paths: readonly string[]): string {
	const kind = random.choose({ page: 80, other: 12, socket: 8 });
	const path = kind === "page" ? random.pick(paths) : kind === "other" ? random.pick(otherPaths) : "/socket";
	const query = random.choose({ none: 65, short: 20, long: 8, odd: 7 });
	const rest =
		query === "none"
			? ""
			: query === "short"
				? "?a=b&c"
				: query === "long"
					? `?${times("q%41", random.integer(1, 2400))}`
					: random.pick(["?", "??", "?/../", "?#", "#part", "?\xe9", "?a b", "%3F"]);
	const form = random.choose({ origin: 20, http: 2, ws: 1, host: 1 });
	if (form === "http") return `http://device:80${path}${rest}`;
	if (form === "ws") return `WS://[::1]${path}${rest}`;
	if (form === "host") return `Http://device${rest}`;
	return path + rest;
}

/**
 * Returns a request, and sometimes what must not be taken for a second one: a body, or another request.
 * @param pages The pages of the server, by path.
 */
export function randomPageRequest(random: Random, pages: ReadonlyMap<string, FuzzPage>): Buffer {
	const tags = [...pages.values()].map(({ tag }) => tag);
	const method = random.choose({ GET: 60, HEAD: 20, POST: 4, PUT: 1, OPTIONS: 1, get: 1, "G(T": 1, "": 1 });
	const version = random.choose({
		"HTTP/1.1": 70,
		"HTTP/1.0": 12,
		"HTTP/1.2": 1,
		"HTTP/2.0": 1,
		"HTTP/0.9": 1,
		"http/1.1": 1,
	});
	const head = [`${method} ${randomTarget(random, [...pages.keys()])} ${version}`];
	if (random.next() < 0.97) head.push(random.pick(["Host: device", "host:", "HOST:\t[::1]:80 "]));
	for (let count = random.integer(0, 2); count > 0; count--)
		head.push(`Accept-Encoding:${listOf(random, () => random.pick(codings) + random.pick(weights))}`);
	const isValid = random.next() < 0.5;
	if (random.next() < 0.5)
		for (let count = random.integer(1, 2); count > 0; count--)
			head.push(
				`If-None-Match: ${random.next() < 0.1 ? "*" : listOf(random, () => randomTag(random, tags, isValid))}`,
			);
	if (random.next() < 0.25)
		for (let count = random.integer(1, 2); count > 0; count--)
			head.splice(random.integer(1, head.length), 0, random.pick(lines));
	if (random.next() < 0.15) {
		// Around the longest head that is accepted.
		const length = head.join("\r\n").length + "\r\nX: \r\n\r\n".length;
		head.push(`X: ${times("x", Math.max(0, 2048 - length + random.integer(-3, 5)))}`);
	}
	let bytes: Buffer = Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1");
	if (random.next() < 0.05) bytes = Buffer.concat([Buffer.from("\r\n\r\n"), bytes]);
	if (random.next() < 0.15)
		for (let count = random.integer(1, 2); count > 0; count--) bytes = damage(random, bytes);
	const after = random.choose({ nothing: 80, body: 10, request: 10 });
	if (after === "body") return Buffer.concat([bytes, random.bytes(random.integer(1, 200))]);
	if (after === "request")
		return Buffer.concat([bytes, Buffer.from("GET / HTTP/1.1\r\nHost: device\r\n\r\n")]);
	return bytes;
}
