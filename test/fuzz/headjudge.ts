/** The judge of opening handshakes: determines the correct reaction of a device to a request or response. */

/** "granted", "refused", or "incomplete" if more bytes are required to decide. */
export interface HeadVerdict {
	kind: "granted" | "refused" | "incomplete";
	why: string;
	/** Bytes after the head of a granted request or response: the first frames. */
	rest: Buffer;
	/** The target of a request. */
	target: string;
}

type Fields = Map<string, string[]>;

/**
 * Parses a head, one character per byte. `judge` checks a complete and well-formed head, and returns why it is refused.
 * A response may have folded fields, and may follow interim responses.
 */
function judgeHead(
	bytes: Buffer,
	limit: number,
	isResponse: boolean,
	judge: (startLine: string, fields: Fields | undefined) => string,
): HeadVerdict {
	const text = bytes.toString("latin1");
	const refused = (why: string): HeadVerdict => ({ kind: "refused", why, rest: Buffer.alloc(0), target: "" });
	let startLine: string | undefined;
	const fields: Fields = new Map();
	let last: string[] | undefined;
	for (let position = 0; ; ) {
		const lineEnd = text.indexOf("\n", position);
		const line = text.slice(position, lineEnd < 0 ? text.length : lineEnd + 1);
		const end = position + line.length;
		const content = line.replace(/\r?\n?$/, "");
		if ([...line].some((character) => character < " " && !"\t\r\n".includes(character)))
			return refused("a control character");
		if (/\r(?!\n|$)/.test(line)) return refused("a carriage return inside");
		if (end > limit) return refused("too long");
		if (lineEnd < 0) return { kind: "incomplete", why: "", rest: Buffer.alloc(0), target: "" };
		if (!line.endsWith("\r\n")) return refused("a line feed alone");
		position = end;
		if (startLine === undefined) {
			if (content === "") continue;
			startLine = content;
			fields.clear();
			last = undefined;
			const why = judge(startLine, undefined);
			if (why) return refused(why);
		} else if (content === "" && isResponse && /^\S+ 1(?!01)/.test(startLine)) startLine = undefined;
		else if (content === "") {
			const why = judge(startLine, fields);
			if (why) return refused(why);
			const target = startLine.split(" ")[1] ?? "";
			return { kind: "granted", why: "", rest: bytes.subarray(position), target };
		} else if (isResponse && last && /^[ \t]/.test(content))
			last.push(`${last.pop()} ${content}`.replace(/^[ \t]+|[ \t]+$/g, ""));
		else {
			const [, name = "", value = ""] =
				/^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(content) ?? [];
			if (!name) return refused(`the line ${JSON.stringify(content)}`);
			last = fields.get(name.toLowerCase()) ?? [];
			last.push(value);
			fields.set(name.toLowerCase(), last);
		}
	}
}

/** Returns the items of a list that is spread over one or more fields. */
function list(values: string[] = []): string[] {
	return values.flatMap((value) => value.split(",").map((item) => item.replace(/^[ \t]+|[ \t]+$/g, "")));
}

/** Judges a request to a server without `path`, `protocols` and `allowedOrigins`. */
export function judgeRequest(bytes: Buffer): HeadVerdict {
	return judgeHead(bytes, 2048, false, (startLine, fields) => {
		const target = /^GET (?:(?:http|ws):\/\/[!-.0->@-~]+(?:[/?][!-~]*)?|\/[!-~]*) HTTP\/1\.[1-9]$/i.exec(
			startLine,
		);
		if (!target || !startLine.startsWith("GET ") || !/ HTTP\/1\.[1-9]$/.test(startLine))
			return "request line";
		if (!fields) return "";
		if (fields.has("transfer-encoding") || fields.get("content-length")?.some((value) => value !== "0"))
			return "body";
		if (fields.get("expect")?.some((value) => value !== "" && value.toLowerCase() !== "100-continue"))
			return "expectation";
		if (fields.get("host")?.length !== 1) return "Host";
		if (!list(fields.get("upgrade")).some((item) => item.toLowerCase() === "websocket")) return "Upgrade";
		if (!list(fields.get("connection")).some((item) => item.toLowerCase() === "upgrade")) return "Connection";
		const versions = fields.get("sec-websocket-version");
		if (versions?.length !== 1 || versions[0] !== "13") return "version";
		const keys = fields.get("sec-websocket-key");
		if (keys?.length !== 1 || !/^[+/0-9A-Za-z]{22}==$/.test(keys[0] as string)) return "key";
		if ((fields.get("origin")?.length ?? 0) > 1) return "origins";
		const offered = list(fields.get("sec-websocket-protocol")).filter((item) => item !== "");
		if (!offered.every((item) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(item))) return "subprotocol";
		return "";
	});
}

/** Judges a response to a client that has offered the subprotocols `offered`. */
export function judgeResponse(bytes: Buffer, accept: string, offered: readonly string[]): HeadVerdict {
	return judgeHead(bytes, 4096, true, (startLine, fields) => {
		// A refusal is known to be one at its end: its fields are read.
		if (!/^HTTP\/1\.[1-9] [1-5]\d\d(?: |$)/.test(startLine)) return "status line";
		if (!fields) return "";
		if (!/^\S+ 101/.test(startLine)) return "status";
		const upgrade = list(fields.get("upgrade")).filter((item) => item !== "");
		if (upgrade.length !== 1 || upgrade[0]?.toLowerCase() !== "websocket") return "Upgrade";
		if (!list(fields.get("connection")).some((item) => item.toLowerCase() === "upgrade")) return "Connection";
		const accepts = fields.get("sec-websocket-accept");
		if (accepts?.length !== 1 || accepts[0] !== accept) return "accept value";
		const protocols = fields.get("sec-websocket-protocol") ?? [];
		if (protocols.length > 1 || (protocols[0] !== undefined && !offered.includes(protocols[0])))
			return "subprotocol";
		if (fields.get("sec-websocket-extensions")?.some((value) => value !== "")) return "extension";
		return "";
	});
}
