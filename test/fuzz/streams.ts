/** Random data for a device: valid frames, invalid frames, and damaged ones. */
import { amplifications, names, nestings, times } from "../siege/shapes.js";
import { closePayload, frame, opcodes } from "../support/frames.js";
import type { Random } from "../support/random.js";
import { invalidTexts, validTexts } from "../support/utf8.js";

const texts = validTexts.map(({ bytes }) => bytes);
const badTexts = invalidTexts.map(({ bytes }) => bytes);

/** Returns a length: mostly small, often near a boundary of section 5.2, rarely large. */
function randomLength(random: Random, longest: number): number {
	const kind = random.choose({ little: 60, boundary: 25, some: 14, long: 1 });
	const length =
		kind === "little"
			? random.integer(0, 20)
			: kind === "boundary"
				? random.integer(123, 129)
				: kind === "some"
					? random.integer(130, 2000)
					: random.integer(65530, 65540);
	return Math.min(length, longest);
}

function randomText(random: Random, longest: number): Buffer {
	const length = randomLength(random, longest);
	const parts: Buffer[] = [];
	for (let size = 0; size < length; ) {
		const part = random.pick(texts);
		parts.push(part);
		size += part.length;
	}
	return Buffer.concat(parts);
}

function randomClose(random: Random): Buffer {
	switch (random.choose({ good: 5, bare: 2, code: 2, reason: 2, half: 1, random: 1 })) {
		case "good":
			return closePayload(random.pick([1000, 1001, 1011, 3000, 4999]), random.pick(["", "bye", "grüße"]));
		case "bare":
			return Buffer.alloc(0);
		case "code":
			return closePayload(random.integer(0, 5100), "");
		case "reason":
			return Buffer.concat([closePayload(1000), random.pick(badTexts).subarray(0, 123)]);
		case "half":
			return Buffer.of(3);
		case "random":
			return random.bytes(random.integer(0, 125));
	}
}

/** Returns a message or control frame, valid or not. */
function randomFrames(random: Random, mask: boolean, longest: number): Buffer[] {
	const control = () =>
		frame(random.pick([opcodes.ping, opcodes.pong]), random.bytes(random.integer(0, 20)), { mask });
	switch (
		random.choose({
			text: 25,
			binary: 20,
			fragments: 25,
			fragmentsOfOneByte: 3,
			control: 15,
			badText: 4,
			close: 3,
			header: 5,
			bytes: 2,
		})
	) {
		case "text":
			return [frame(opcodes.text, randomText(random, longest), { mask })];
		case "binary":
			return [frame(opcodes.binary, random.bytes(randomLength(random, longest)), { mask })];
		case "fragments": {
			const text = random.next() < 0.5;
			const payload = text ? randomText(random, longest) : random.bytes(randomLength(random, longest));
			const frames: Buffer[] = [];
			for (let at = 0, last = false; !last; ) {
				const end = random.next() < 0.3 ? payload.length : random.integer(at, payload.length);
				last = end === payload.length && random.next() < 0.7;
				const opcode = frames.length > 0 ? opcodes.continuation : text ? opcodes.text : opcodes.binary;
				frames.push(frame(opcode, payload.subarray(at, end), { mask, fin: last }));
				at = end;
				if (!last && random.next() < 0.3) frames.push(control());
			}
			return frames;
		}
		case "fragmentsOfOneByte":
			return byteByByte(randomText(random, Math.min(longest, 1000)), mask);
		case "control":
			return [control()];
		case "badText":
			return [frame(opcodes.text, random.pick(badTexts), { mask })];
		case "close":
			return [frame(opcodes.close, randomClose(random), { mask })];
		case "header": {
			const options = {
				mask: random.next() < 0.9 ? mask : !mask,
				fin: random.next() < 0.7,
				rsv: random.next() < 0.8 ? 0 : random.integer(1, 7),
			};
			return [frame(random.integer(0, 15), random.bytes(random.integer(0, 130)), options)];
		}
		case "bytes":
			return [random.bytes(random.integer(1, 40))];
	}
}

/** Returns a text message in fragments of one byte. */
function byteByByte(payload: Uint8Array, mask: boolean): Buffer[] {
	return Array.from({ length: payload.length || 1 }, (_, at) =>
		frame(at > 0 ? opcodes.continuation : opcodes.text, payload.subarray(at, at + 1), {
			mask,
			fin: at >= payload.length - 1,
		}),
	);
}

/** Returns a number up to `highest`. Its order of magnitude is evenly distributed. */
function randomSize(random: Random, highest: number): number {
	return Math.min(highest, Math.floor(2 ** (random.next() * Math.log2(highest + 1))));
}

/** Number of names that all cases share: the engine never frees them, so they cost memory only in the first cases. */
const commonNames = 1;

/** Returns objects with all shared names. */
export function sharedNames(): string[] {
	const numbers = Array.from({ length: commonNames }, (_, number) => number);
	return [...Object.values(names).flatMap((make) => numbers.map(make)), '{"":1,"a":1,"value":1}'];
}

/** Returns `count` objects, each with a name that no case uses. */
export function freshNames(count: number): string[] {
	return Array.from({ length: count }, (_, number) => `{"warm-up ${number}":1}`);
}

/** Maximum number of new names in a case. */
const newNames = 60;

/**
 * Returns JSON texts, valid or not, that cost more memory than their length.
 * @param fresh Number of the first name that no other case uses; undefined to use no new names.
 * @param longest Maximum length of all texts together, in bytes.
 */
function costlyTexts(random: Random, fresh: number | undefined, longest: number): string[] {
	const kind = random.choose({ nesting: 40, amplification: 35, names: 25 });
	if (kind === "nesting") {
		const make = random.pick(Object.values(nestings));
		return [make(randomSize(random, longest)).slice(0, longest)];
	}
	if (kind === "amplification")
		return [random.pick(Object.values(amplifications))(Math.max(20, randomSize(random, longest)))];
	const make = random.pick(Object.values(names));
	const texts: string[] = [];
	for (let bytes = 0, count = random.integer(1, newNames); count > 0; count--) {
		const number = fresh === undefined ? random.integer(0, commonNames - 1) : fresh + count;
		const text = make(number);
		bytes += text.length;
		if (bytes > longest) break;
		texts.push(text);
	}
	return texts;
}

/** Small values that are within every limit of a device, so they must be parsed. */
const modestTexts = [
	"1",
	'"text"',
	"[]",
	"[[1,[2]],null]",
	"[true,false]",
	" [ 1 , 2 ] ",
	'["[[[[[[[[[[["]',
	"{}",
];

/** Returns JSON messages of at most `longest` bytes, followed by the message `honest`. */
export function randomJsonStream(
	random: Random,
	mask: boolean,
	fresh: number | undefined,
	longest: number,
	honest: string,
): Buffer {
	const frames: Buffer[] = [];
	for (let rest = longest, count = random.integer(1, 4); count > 0 && rest > 100; count--) {
		const texts = random.next() < 0.2 ? [random.pick(modestTexts)] : costlyTexts(random, fresh, rest);
		for (const text of texts) {
			rest -= text.length;
			const payload = Buffer.from(text);
			const form = random.choose({ whole: 6, halves: 2, bytes: 1 });
			if (form === "whole" || (form === "bytes" && payload.length > 2000))
				frames.push(frame(opcodes.text, payload, { mask }));
			else if (form === "bytes") frames.push(...byteByByte(payload, mask));
			else {
				const at = random.integer(0, payload.length);
				frames.push(
					frame(opcodes.text, payload.subarray(0, at), { mask, fin: false }),
					frame(opcodes.continuation, payload.subarray(at), { mask }),
				);
			}
		}
	}
	frames.push(frame(opcodes.text, honest, { mask }));
	return Buffer.concat(frames);
}

/** Damages bytes in one place. */
export function damage(random: Random, bytes: Buffer): Buffer {
	const at = random.integer(0, Math.max(0, bytes.length - 1));
	const end = Math.min(bytes.length, at + random.integer(1, 8));
	const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
	switch (random.choose({ flip: 4, set: 3, remove: 2, insert: 2, double: 2, swap: 1, cut: 1 })) {
		case "flip": {
			const flipped = Buffer.from(bytes);
			if (flipped.length > 0) flipped[at] = (flipped[at] as number) ^ (1 << random.integer(0, 7));
			return flipped;
		}
		case "set":
			return Buffer.concat([before, random.bytes(middle.length), after]);
		case "remove":
			return Buffer.concat([before, after]);
		case "insert":
			return Buffer.concat([before, random.bytes(random.integer(1, 8)), middle, after]);
		case "double":
			return Buffer.concat([before, middle, middle, after]);
		case "swap":
			return Buffer.concat([after, middle, before]);
		case "cut":
			return before;
	}
}

/** Returns bytes that a peer sends after the opening handshake. */
export function randomStream(random: Random, mask: boolean, longest: number): Buffer {
	const frames: Buffer[] = [];
	for (let count = random.integer(1, 8); count > 0; count--)
		frames.push(...randomFrames(random, mask, longest));
	if (random.next() < 0.5) frames.push(frame(opcodes.close, randomClose(random), { mask }));
	let stream: Buffer = Buffer.concat(frames);
	if (random.next() < 0.5)
		for (let count = random.integer(1, 3); count > 0; count--) stream = damage(random, stream);
	return stream;
}

const key = "dGhlIHNhbXBsZSBub25jZQ==";

/** Lines to insert into a head, valid or not. */
const lines = [
	"X-Any: thing",
	"X-Empty:",
	"Connection: keep-alive",
	"Connection: Upgrade",
	"connection:close, upgrade",
	"Upgrade: h2c",
	"Upgrade: WebSocket",
	"Sec-WebSocket-Version: 8",
	"Sec-WebSocket-Version: 13",
	`Sec-WebSocket-Key: ${key}`,
	"Sec-WebSocket-Key: short",
	"Sec-WebSocket-Extensions: permessage-deflate",
	"Sec-WebSocket-Extensions:",
	"Sec-WebSocket-Protocol: chat",
	"Sec-WebSocket-Protocol: a b",
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
	"Origin: http://page",
	"Host: other",
	"Content-Length: 0",
	"Content-Length: 5",
	"Transfer-Encoding: chunked",
	" folded",
	"no colon",
	": no name",
	"bad name: x",
	"X-Bytes: \xff\xa0",
	"X-Control: \x01",
	`X-Long: ${"x".repeat(1900)}`,
	`${"x".repeat(1700)}: a long name`,
	`Upgrade: ${",".repeat(1700)}`,
	`Sec-WebSocket-Protocol: ${"x".repeat(1700)}`,
	`Sec-WebSocket-Protocol: ${"a,".repeat(850)}a`,
	"Expect: 100-continue",
	"Expect: the unexpected",
];

/** Lines of `size` bytes, each long in a part that a slow parser would process repeatedly. */
const longLines: readonly ((size: number) => string)[] = [
	(size) => `${times("n", size)}: 1`,
	(size) => `X-Spaces: ${times(" ", size)}x`,
	(size) => `Upgrade: ${times(",", size)}`,
	(size) => `Upgrade: ${times("a, ", size / 3)}a`,
	(size) => `Connection: ${times(",", size)}`,
	(size) => `Connection: ${times("a,", size / 2)}a`,
	(size) => `Sec-WebSocket-Protocol: ${times("t", size)}`,
	(size) => `Sec-WebSocket-Protocol: ${times("a,", size / 2)}a`,
	(size) => `Sec-WebSocket-Protocol: ${times(",", size)}`,
	(size) => `Sec-WebSocket-Extensions: ${times(",", size)}`,
	(size) => `Sec-WebSocket-Key: ${times("k", size)}`,
	(size) => `Origin: ${times("o", size)}`,
	(size) => `Content-Length: ${times("0", size)}`,
	(size) => `${times("a:b\r\n", size / 5)}a:b`,
];

/** Changes lines of a head, and sometimes single bytes. */
function changeHead(random: Random, head: string[]): Buffer {
	const changed = [...head];
	for (let count = random.integer(0, 3); count > 0; count--) {
		const at = random.integer(1, changed.length);
		switch (random.choose({ insert: 4, long: 2, remove: 2, double: 1, swap: 1, fold: 1 })) {
			case "long":
				changed.splice(at, 0, random.pick(longLines)(randomSize(random, 5000)));
				break;
			case "insert":
				changed.splice(at, 0, random.pick(lines));
				break;
			case "remove":
				changed.splice(random.next() < 0.1 ? 0 : at, 1);
				break;
			case "double":
				changed.splice(at, 0, changed[at] ?? "");
				break;
			case "swap":
				changed.reverse();
				break;
			case "fold": {
				const line = changed[at];
				if (line !== undefined) changed[at] = random.next() < 0.5 ? line.toUpperCase() : line.toLowerCase();
				break;
			}
		}
	}
	const end = random.choose({ right: 20, feed: 1, none: 1 });
	const separator = end === "feed" ? "\n" : "\r\n";
	let bytes: Buffer = Buffer.from(
		`${changed.join(separator)}${separator}${end === "none" ? "" : separator}`,
		"latin1",
	);
	if (random.next() < 0.3)
		for (let count = random.integer(1, 2); count > 0; count--) bytes = damage(random, bytes);
	return bytes;
}

/** Returns a damaged request for `path`, followed by frames. */
export function randomRequest(random: Random, path: string): Buffer {
	// Above 1024 bytes the agent reports a path as a checksum. So a path is shorter, or long enough to be refused.
	const length = random.next() < 0.8 ? randomSize(random, 900) : random.integer(2100, 5000);
	const query = random.next() < 0.2 ? `?${times("q%41", length / 4)}` : "";
	const line = random.choose({
		[`GET ${path}${query} HTTP/1.1`]: 20,
		[`GET http://device${path} HTTP/1.1`]: 1,
		[`GET WS://device:80${path}? HTTP/1.1`]: 1,
		[`GET ${path}?${"x".repeat(1700)} HTTP/1.0`]: 1,
	});
	const head = [
		line,
		"Host: device",
		"Upgrade: websocket",
		"Connection: Upgrade",
		`Sec-WebSocket-Key: ${key}`,
		"Sec-WebSocket-Version: 13",
	];
	const frames = random.next() < 0.5 ? randomStream(random, true, 200) : Buffer.alloc(0);
	return Buffer.concat([changeHead(random, head), frames]);
}

/** Returns a damaged response that accepts the upgrade, followed by frames. */
export function randomResponse(random: Random, accept: string): Buffer {
	const head = [
		`HTTP/1.1 101 ${random.next() < 0.1 ? times("r", randomSize(random, 5000)) : "Switching Protocols"}`,
		"Upgrade: websocket",
		"Connection: Upgrade",
		`Sec-WebSocket-Accept: ${accept}`,
	];
	if (random.next() < 0.2) head[0] = `HTTP/1.1 ${random.integer(100, 599)} Something`;
	const heads = [changeHead(random, head)];
	if (random.next() < 0.2)
		heads.unshift(changeHead(random, [`HTTP/1.1 ${random.pick([100, 102, 103, 199])} Interim`, "Link: x"]));
	if (random.next() < 0.5) heads.push(randomStream(random, false, 200));
	return Buffer.concat(heads);
}
