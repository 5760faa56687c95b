/** Plays one random case with a Server that has pages. */
import { gzipSync } from "node:zlib";
import type { Demands, Device } from "../conformance/device.js";
import type { StrictPeer } from "../conformance/strictpeer.js";
import { onDevice } from "../device/driver/wire.js";
import type { Random } from "../support/random.js";
import { type FuzzPage, judgePageRequest, type PageVerdict } from "./pagejudge.js";
import { randomPageRequest } from "./pagestreams.js";

const counting = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, index) => index));
const zipped = gzipSync("<!doctype html><title>Lamp</title>", { level: 9 });
const html = "text/html; charset=utf-8";

/** The pages: their bytes, what makes them on the device, and their types. */
const sources: Readonly<Record<string, readonly [body: Buffer, value: unknown, type: string]>> = {
	"/": [counting(40), onDevice.bytes(40), html],
	"/a/b": [counting(1437), onDevice.bytes(1437), html],
	"/empty": [Buffer.alloc(0), onDevice.bytes(0), html],
	"/zipped.js": [zipped, new Uint8Array(zipped), "text/javascript; charset=utf-8"],
	"/..": [counting(300), onDevice.bytes(300), html],
	"/%41": [counting(130), onDevice.bytes(130), html],
};

const pagesOption = Object.fromEntries(Object.entries(sources).map(([path, [, value]]) => [path, value]));

/** A server with pages and WebSockets. */
export const pageDemands: Demands = { options: { pages: pagesOption }, echo: true };

/** The same with `path`, and a verify() that gets the fields which choose the page. It is never called for a page. */
export const guardedDemands: Demands = {
	options: {
		pages: pagesOption,
		path: "/socket",
		verify: onDevice.verify({}),
		verifyHeaders: ["Accept-Encoding", "If-None-Match", "Host", "X-Any"],
	},
	echo: true,
};

export type FuzzPages = ReadonlyMap<string, FuzzPage>;

/** Asks for each page once, to learn the entity tags. @throws Error when one is not answered as it should be. */
export async function learnPages(device: Device): Promise<FuzzPages> {
	const pages = new Map<string, FuzzPage>();
	for (const [path, [body, , type]] of Object.entries(sources)) {
		const answer = await ask(device, Buffer.from(`GET ${path} HTTP/1.1\r\nHost: device\r\n\r\n`));
		const tag = /\r\nETag: ("[!#-~]+")\r\n/.exec(answer)?.[1];
		if (!tag) throw new Error(`the page ${path} has no entity tag: ${answer.slice(0, 300)}`);
		pages.set(path, { body, type, isZipped: body === zipped, tag });
	}
	return pages;
}

async function ask(device: Device, bytes: Buffer): Promise<string> {
	const peer = await device.connect(pageDemands);
	try {
		peer.write(bytes);
		return await peer.rest();
	} finally {
		peer.destroy();
	}
}

/** Sends a random request. @returns How it ended, in a few words. */
export async function playPages(
	device: Device,
	random: Random,
	pages: FuzzPages,
	trail: { bytes: Buffer },
): Promise<string> {
	const bytes = randomPageRequest(random, pages);
	const isGuarded = random.next() < 0.3;
	const verdict = judgePageRequest(bytes, pages, isGuarded ? "/socket" : undefined);
	trail.bytes = bytes;
	const peer = await device.connect(isGuarded ? guardedDemands : pageDemands);
	try {
		const cut = random.next() < 0.5 ? bytes.length : random.integer(0, bytes.length);
		await writeInParts(peer, bytes, cut, random.integer(1, 40));
		if (!verdict.isComplete) peer.end();
		return checkAnswer(await peer.rest(), verdict);
	} finally {
		peer.destroy();
	}
}

/** Writes the bytes up to `cut` together, then a few at a time, each in a turn of its own. */
async function writeInParts(peer: StrictPeer, bytes: Buffer, cut: number, size: number): Promise<void> {
	peer.write(bytes.subarray(0, cut));
	for (let at = cut; at < bytes.length; at += size) {
		await new Promise(setImmediate);
		peer.write(bytes.subarray(at, at + size));
	}
}

/** Checks that the answer is one whole response, and the right one. */
function checkAnswer(answer: string, { statuses, why, isComplete, isBare, page }: PageVerdict): string {
	// A client that disconnects before the end of its request may receive a refusal, or a part of it.
	if (!isComplete && !/^HTTP\/1\.1 4\d\d .*\r\n\r\n/s.test(answer)) {
		if (answer !== "" && !"HTTP/1.1 4".startsWith(answer.slice(0, 10)))
			throw new Error(`an incomplete request was answered with ${answer}`);
		return "page incomplete";
	}
	const wrong = (what: string) =>
		new Error(
			`${what}; expected ${statuses.join(" or ")} (${why}), got ${JSON.stringify(answer.slice(0, 1000))}`,
		);
	const headEnd = answer.indexOf("\r\n\r\n");
	const [start = "", ...fieldLines] = answer.slice(0, Math.max(0, headEnd)).split("\r\n");
	const status = Number(/^HTTP\/1\.1 (\d{3}) [\t -~]+$/.exec(start)?.[1]);
	if (!(isComplete ? statuses : [400, 405, 417, 431]).includes(status)) throw wrong("the status is wrong");
	const fields = new Map<string, string>();
	for (const line of fieldLines) {
		const [, name = "", value = ""] = /^([A-Za-z-]+): ([ -~]+)$/.exec(line) ?? [];
		const before = fields.get(name);
		if (!name || (before !== undefined && name !== "Connection"))
			throw wrong(`the line ${JSON.stringify(line)} is wrong`);
		fields.set(name, before === undefined ? value : `${before}, ${value}`);
	}
	const expect = (name: string, value: string | undefined) => {
		if (fields.get(name) !== value) throw wrong(`${name} is not ${value}`);
	};
	const body = Buffer.from(answer.slice(headEnd + 4), "latin1");
	const length = fields.get("Content-Length");
	const isPage = status === 200 || status === 304;
	expect("Connection", status === 426 ? "Upgrade, close" : "close");
	expect("Upgrade", status === 426 ? "websocket" : undefined);
	expect("Allow", status === 405 ? "GET, HEAD" : undefined);
	expect("Cache-Control", isPage ? "no-cache" : undefined);
	expect("ETag", isPage ? page?.tag : undefined);
	expect("Vary", isPage && page?.isZipped ? "Accept-Encoding" : undefined);
	expect("X-Content-Type-Options", status === 200 ? "nosniff" : undefined);
	if (!isPage) expect("Content-Type", "text/plain");
	if (status === 304) {
		expect("Content-Length", undefined);
		expect("Content-Type", undefined);
	} else if (!/^\d+$/.test(length ?? "")) throw wrong("the response has no Content-Length");
	if (status === 200) {
		expect("Content-Type", page?.type);
		expect("Content-Length", String(page?.body.length));
		expect("Content-Encoding", page?.isZipped ? "gzip" : undefined);
	}
	if (status === 304 || isBare) {
		if (body.length > 0) throw wrong(`the response has a body of ${body.length} bytes`);
	} else if (body.length !== Number(length)) throw wrong(`the body has ${body.length} bytes`);
	else if (status === 200 && !body.equals(page?.body as Buffer)) throw wrong("the body is not the page");
	return `page ${status}`;
}
