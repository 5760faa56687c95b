/** The judge of requests to a Server with pages: determines from RFC 9110 and 9112 what the device must answer. */

/** A page of the device. */
export interface FuzzPage {
	readonly body: Buffer;
	readonly type: string;
	readonly isZipped: boolean;
	/** Entity tag that the device has told. */
	readonly tag: string;
}

export interface PageVerdict {
	/** Statuses that are right. */
	readonly statuses: readonly number[];
	/** False if bytes of the head are missing, so that no answer is due. */
	readonly isComplete: boolean;
	/** Why these answers are expected. Shown when a case fails. */
	readonly why: string;
	/** True for HEAD: an answer has no body. */
	readonly isBare: boolean;
	/** The page for status 200 and 304. */
	readonly page: FuzzPage | undefined;
}

const limit = 2048;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Fields that may come once. */
const singular = ["host", "origin", "sec-websocket-key", "sec-websocket-version"];

/**
 * Judges a request to a server with these pages. It is never for a WebSocket.
 * @param webSocketPath The option `path` of the server, if it has it.
 */
export function judgePageRequest(
	bytes: Buffer,
	pages: ReadonlyMap<string, FuzzPage>,
	webSocketPath?: string,
): PageVerdict {
	const text = bytes.toString("latin1");
	const start = /^(?:\r\n)*/.exec(text)?.[0].length ?? 0;
	const isBare = text.startsWith("HEAD ", start);
	/** Faults of fields: the device answers the first one that it sees, or a byte that is invalid before. */
	const faults: { status: number; why: string }[] = [];
	const fields = new Map<string, string[]>();
	let position = start;
	const verdict = (status: number, why: string, page?: FuzzPage): PageVerdict => ({
		statuses: [...faults.map((fault) => fault.status), status],
		why: [...faults.map((fault) => fault.why), why].join("; "),
		isComplete: true,
		isBare,
		page,
	});
	let line: RequestLine | undefined;
	for (;;) {
		const lineEnd = text.indexOf("\n", position);
		const raw = text.slice(position, lineEnd < 0 ? text.length : lineEnd + 1);
		const content = raw.replace(/\r?\n?$/, "");
		const invalid = /[^\t\r\n -\xff]|\r(?!\n|$)|(?<!\r)\n/.exec(raw);
		const place = position + (invalid?.index ?? raw.length);
		// Up to four bytes are read together, so the limit may be seen before a fault in front of it.
		if (text.length > limit && place >= limit - 4 && place <= limit)
			faults.push({ status: 431, why: "at the limit" });
		const nameFault = line && content !== "" ? nameFaultOf(content, lineEnd >= 0) : "";
		if (place >= limit && text.length > limit && (place > limit || invalid)) {
			if (nameFault) faults.push({ status: 400, why: nameFault });
			return verdict(431, "too long");
		}
		if (invalid) return verdict(400, "an invalid byte");
		if (nameFault) return verdict(400, nameFault);
		if (lineEnd < 0) return { ...verdict(0, "incomplete"), isComplete: false };
		position = lineEnd + 1;
		if (!line) {
			line = requestLine(content);
			if (line.status) return verdict(line.status, "the request line");
		} else if (content === "") break;
		else {
			const colon = content.indexOf(":");
			const name = content.slice(0, colon).toLowerCase();
			const value = content.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
			const fault = fieldFault(name, value, fields);
			if (fault) faults.push(fault);
			fields.set(name, [...(fields.get(name) ?? []), value]);
		}
	}
	// The whole head is within the limit.
	const [first] = faults.filter(({ status }) => status !== 431);
	if (first) return verdict(first.status, "a complete head");
	faults.length = 0;
	if (!fields.has("host") && !line.isOld) return verdict(400, "no Host");
	const page = pages.get(line.path);
	if (!page && line.path === webSocketPath) return verdict(426, "the path of the WebSocket");
	if (!page) return verdict(404, `no page at ${line.path}`);
	const takes = page.isZipped ? takesGzip(fields.get("accept-encoding")) : "yes";
	if (takes === "no") return verdict(406, "Accept-Encoding");
	if (takes === "unclear") faults.push({ status: 406, why: "an invalid Accept-Encoding" });
	const knows = hasTag(fields.get("if-none-match"), page.tag);
	if (knows === "unclear") faults.push({ status: 304, why: "an invalid If-None-Match" });
	return verdict(knows === "yes" ? 304 : 200, "a page", page);
}

interface RequestLine {
	/** Status of a refusal; 0 for a valid line. */
	readonly status: number;
	readonly path: string;
	/** True for HTTP/1.0. */
	readonly isOld: boolean;
}

function requestLine(line: string): RequestLine {
	const refused = (status: number): RequestLine => ({ status, path: "", isOld: false });
	const [, method = "", target = "", version = ""] = /^([^ ]+) (.*) HTTP\/(...)$/.exec(line) ?? [];
	if (!token.test(method)) return refused(400);
	if (method !== "GET" && method !== "HEAD") return refused(405);
	if (!/^1\.\d$/.test(version)) return refused(400);
	// RFC 9112 section 3.2: origin form, or absolute form of an http or ws URI.
	const [, path = ""] = /^(?:(?:http|ws):\/\/[!-.0->@-~]+)?((?:[/?][!-~]*)?)$/i.exec(target) ?? [];
	const isAbsolute = /^(?:http|ws):\/\/[!-.0->@-~]/i.test(target);
	if (!/^[!-~]+$/.test(target) || !(isAbsolute || target.startsWith("/"))) return refused(400);
	return { status: 0, path: path.replace(/\?.*$/, "") || "/", isOld: version === "1.0" };
}

/** Returns why a line is no field, as far as it has arrived. */
function nameFaultOf(line: string, isWhole: boolean): string {
	const colon = line.indexOf(":");
	if (colon < 0 && isWhole) return "a line without a colon";
	const name = colon < 0 ? line : line.slice(0, colon);
	return token.test(name) ? "" : `the name ${JSON.stringify(name)}`;
}

function fieldFault(
	name: string,
	value: string,
	before: ReadonlyMap<string, string[]>,
): { status: number; why: string } | undefined {
	const bad = (status: number) => ({ status, why: name });
	if (name === "transfer-encoding" || (name === "content-length" && value !== "0")) return bad(400);
	if (name === "expect" && value !== "" && value.toLowerCase() !== "100-continue") return bad(417);
	if (singular.includes(name) && before.has(name)) return bad(400);
	if (name === "sec-websocket-protocol" && !listItems(value).every((item) => token.test(item)))
		return bad(400);
	return undefined;
}

function listItems(list: string): string[] {
	return list
		.split(",")
		.map((item) => item.replace(/^[ \t]+|[ \t]+$/g, ""))
		.filter((item) => item !== "");
}

type Answer = "yes" | "no" | "unclear";

/** RFC 9110 section 12.5.3. What the grammar does not allow, or what contradicts itself, is unclear. */
function takesGzip(values: readonly string[] | undefined): Answer {
	if (!values) return "yes";
	const weights = new Map<string, boolean>();
	for (const item of values.flatMap(listItems)) {
		const [, coding = "", weight = "1"] =
			/^([^;\s]+?)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i.exec(item) ?? [];
		const name = coding.toLowerCase().replace("x-gzip", "gzip");
		if (!token.test(name)) return "unclear";
		if (name !== "gzip" && name !== "*") continue;
		const isTaken = Number(weight) > 0;
		if (weights.has(name) && weights.get(name) !== isTaken) return "unclear";
		weights.set(name, isTaken);
	}
	return (weights.get("gzip") ?? weights.get("*")) ? "yes" : "no";
}

/** RFC 9110 section 13.1.2. */
function hasTag(values: readonly string[] | undefined, tag: string): Answer {
	if (!values) return "no";
	const whole = values.join(",");
	if (/^[ \t]*\*[ \t]*$/.test(whole)) return "yes";
	if (!/^(?:[ \t,]*(?:W\/)?"[!#-~\x80-\xff]*"[ \t]*(?=,|$))*[ \t,]*$/.test(whole)) return "unclear";
	return [...whole.matchAll(/"[^"]*"/g)].some(([item]) => item === tag) ? "yes" : "no";
}
