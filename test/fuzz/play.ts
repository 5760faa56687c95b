/** Plays one random case with a device; seed and number determine the case. */
import { isDeepStrictEqual } from "node:util";
import type { Demands, Device, Pair } from "../conformance/device.js";
import type { Received, Role } from "../conformance/strictpeer.js";
import { closePayload, frame, opcodes } from "../support/frames.js";
import { acceptFor } from "../support/handshake.js";
import { Random } from "../support/random.js";
import {
	answered,
	checkClose,
	checkEchoes,
	checkEvents,
	checkReceived,
	inWords,
	isAsBytes,
	isAsText,
	isEcho,
	isValueOrText,
} from "./checks.js";
import { jsonDemands, plainDemands, smallDemands } from "./demands.js";
import { judgeFrames } from "./framejudge.js";
import { type HeadVerdict, judgeRequest, judgeResponse } from "./headjudge.js";
import { type FuzzPages, pageDemands, playPages } from "./playpages.js";
import {
	freshNames,
	randomJsonStream,
	randomRequest,
	randomResponse,
	randomStream,
	sharedNames,
} from "./streams.js";

/** Statuses that a server may refuse a request with. */
const refusals = [400, 403, 404, 405, 417, 426, 431];

/** Result of a case. */
export interface Played {
	role: Role;
	/** How the connection ended, in a few words. */
	ending: string;
}

/** State of a case for the report of a failure. */
export interface Trail {
	role: Role;
	/** The last bytes sent by the peer. */
	bytes: Buffer;
}

/**
 * @param longMessages True to allow messages of 64 KiB.
 * @param pages The pages of the server with `pageDemands`.
 * @param onlyPages True if each case is a request for a page.
 * @throws Error that describes what the device did wrong.
 */
export async function playRandom(
	device: Device,
	seed: number,
	number: number,
	longMessages: boolean,
	pages: FuzzPages,
	onlyPages: boolean,
	trail: Trail,
): Promise<Played> {
	const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
	const role = onlyPages ? "server" : random.pick(["client", "server"] as const);
	const demands = random.pick(plainDemands);
	const longest = longMessages ? 70000 : 2000;
	trail.role = role;
	const kind = onlyPages ? "pages" : random.choose({ json: 20, silent: 2, bytes: 55, heads: 25 });
	if (kind === "json") {
		const ending = await playJson(device, random, role, number, longMessages ? 20000 : 2000, trail);
		return { role, ending };
	}
	if (kind === "silent")
		return {
			role,
			ending: await (role === "server" ? playSilent(device, random) : playMute(device, random)),
		};
	if (kind === "pages" || (kind === "heads" && role === "server" && random.next() < 0.6))
		return { role, ending: await playPageRequest(device, random, pages, trail) };
	if (kind === "bytes") {
		const pair = await device.open(role, demands);
		const stream = randomStream(random, role === "server", longest);
		trail.bytes = stream;
		try {
			pair.peer.write(stream);
			return { role, ending: await playStream(device, random, role, demands, pair, stream) };
		} finally {
			pair.peer.destroy();
		}
	}
	if (role === "server") return { role, ending: await playRequest(device, random, demands, trail) };
	return { role, ending: await playResponse(device, random, demands, trail) };
}

/** Sends messages that are costly to parse, then an honest one. */
async function playJson(
	device: Device,
	random: Random,
	role: Role,
	number: number,
	longest: number,
	trail: Trail,
): Promise<string> {
	const demands = random.pick(jsonDemands);
	const honest = JSON.stringify(`honest ${number}`);
	// New names only for a Server, which all cases share: each new Client would add its own nameMemory.
	const fresh = role === "server" ? 1000 * (number + 1) : undefined;
	const pair = await device.open(role, demands);
	const stream = randomJsonStream(random, role === "server", fresh, longest, honest);
	trail.bytes = stream;
	try {
		pair.peer.write(stream);
		return `JSON ${await playStream(device, random, role, demands, pair, stream, honest)}`;
	} finally {
		pair.peer.destroy();
	}
}

/**
 * Sends the property names that all cases share, as many new names as the servers accept, and the text with the longest
 * echo: their memory is then part of the baseline.
 */
export async function bringUpNames(device: Device): Promise<void> {
	await device.configure({ readWindow: 5744, writeWindow: 5744, splitReads: false });
	for (const demands of jsonDemands) {
		const pair = await device.open("server", demands);
		const honest = '"the last one"';
		const { maxMessageSize } = demands.options as { maxMessageSize: number };
		for (const text of [...sharedNames(), ...freshNames(400), '"'.repeat(maxMessageSize), honest])
			pair.peer.write(frame(opcodes.text, text, { mask: true }));
		for (let last: Received | undefined; !isEcho(last, honest); ) {
			last = await pair.peer.next();
			if (last.kind === "end") throw new Error("the connection ended because of property names");
		}
		pair.peer.end();
		await pair.connection.next("close");
		await device.release(pair.connection);
		pair.peer.destroy();
	}
}

/** The case that uses the small server of a device. */
const playing = new WeakMap<Device, Promise<unknown>>();

/** More connections than the server allows send nothing or incomplete requests; another client must still be served. */
async function playSilent(device: Device, random: Random): Promise<string> {
	const starts = Array.from({ length: random.integer(2, 6) }, () =>
		random.pick(["", "", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: device\r\nX-"]),
	);
	const play = async () => {
		const silent = await Promise.all(
			starts.map(async (start) => {
				const peer = await device.connect(smallDemands);
				peer.write(start);
				return peer;
			}),
		);
		try {
			await exchange(device, await device.open("server", smallDemands));
		} finally {
			for (const peer of silent) peer.destroy();
		}
		return "silent connections";
	};
	const before = playing.get(device) ?? Promise.resolve();
	const played = before.then(play, play);
	playing.set(
		device,
		played.catch(() => {}),
	);
	return played;
}

/** The peer sends no or an incomplete response: the Client must give up and connect to another peer. */
async function playMute(device: Device, random: Random): Promise<string> {
	const { client, peer } = await device.attempt({ options: { connectTimeout: 500 } });
	try {
		peer.write(
			random.pick(["", "H", "HTTP/1.1 101 Switching Protocols\r\n", "HTTP/1.1 100 Continue\r\n\r\n"]),
		);
		await client.next("error");
		if (client.order.includes("open"))
			throw new Error("the device has opened a connection without a response");
		await device.release(client);
	} finally {
		peer.destroy();
	}
	await exchange(device, await device.open("client", plainDemands[2] as Demands));
	return "silent server";
}

/** Exchanges an echo and a closing handshake. */
async function exchange(device: Device, { connection, peer }: Pair): Promise<void> {
	try {
		peer.write(frame(opcodes.text, "honest", { mask: peer.masks }));
		const echo = await peer.next();
		if (echo.kind !== "text" || echo.text !== "honest")
			throw new Error(`an honest message was answered with ${JSON.stringify(echo)}`);
		peer.write(frame(opcodes.close, closePayload(1000), { mask: peer.masks }));
		await peer.next();
		peer.end();
		await connection.next("close");
		await device.release(connection);
	} finally {
		peer.destroy();
	}
}

/** Sends a request for a page; sometimes while a WebSocket is open on the same server, which must not notice. */
async function playPageRequest(
	device: Device,
	random: Random,
	pages: FuzzPages,
	trail: Trail,
): Promise<string> {
	if (random.next() < 0.8) return playPages(device, random, pages, trail);
	const pair = await device.open("server", pageDemands);
	try {
		return await playPages(device, random, pages, trail);
	} finally {
		await exchange(device, pair);
	}
}

async function playRequest(device: Device, random: Random, demands: Demands, trail: Trail): Promise<string> {
	const path = `/${random.bytes(12).toString("hex")}`;
	const bytes = randomRequest(random, path);
	const verdict = judgeRequest(bytes);
	trail.bytes = bytes;
	const peer = await device.connect(demands);
	try {
		peer.write(bytes);
		if (verdict.kind === "incomplete") {
			peer.end();
			checkRefusal(await peer.rest(), verdict);
			return "request incomplete";
		}
		let head = await peer.head();
		// RFC 9110 section 7.8.
		if (head.startsWith("HTTP/1.1 100 ")) head = await peer.head();
		if (verdict.kind === "refused") {
			peer.end();
			checkRefusal(head + (await peer.rest()), verdict);
			return "request refused";
		}
		if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`a good request was answered with ${head}`);
		const target = verdict.target.replace(/^(?:http|ws):\/\/[^/?]*(?=(\/?))/i, (_, slash) =>
			slash ? "" : "/",
		);
		const connection = await device.socketAt(target, demands);
		return await playStream(device, random, "server", demands, { connection, peer }, verdict.rest);
	} finally {
		peer.destroy();
	}
}

function checkRefusal(answer: string, { kind, why }: HeadVerdict): void {
	// A peer that disconnects before the end of its request may receive no answer, or a part of it.
	if (kind === "incomplete" && !answer.startsWith("HTTP/1.1 1")) return;
	const status = Number(
		/^HTTP\/1\.1 (\d{3}) [^\r]+\r\n(?:[^\r]+\r\n)*Connection: close\r\n/.exec(answer)?.[1],
	);
	if (!refusals.includes(status)) throw new Error(`a request (${kind}: ${why}) was answered with ${answer}`);
}

async function playResponse(device: Device, random: Random, demands: Demands, trail: Trail): Promise<string> {
	const protocols = random.next() < 0.3 ? ["chat"] : undefined;
	const { client, peer } = await device.attempt({
		...demands,
		options: { ...demands.options, ...(protocols && { protocols }) },
	});
	try {
		const accept = acceptFor(await peer.head());
		const bytes = randomResponse(random, accept);
		const verdict = judgeResponse(bytes, accept, protocols ?? []);
		trail.bytes = bytes;
		peer.write(bytes);
		if (verdict.kind === "granted") {
			await client.next("open");
			return await playStream(device, random, "client", demands, { connection: client, peer }, verdict.rest);
		}
		if (verdict.kind === "incomplete") peer.end();
		const rest = await peer.rest();
		if (rest !== "") throw new Error(`the device sent ${rest} after its request`);
		await client.next("error");
		if (!isDeepStrictEqual(client.order, ["retry", "error"]))
			throw new Error(`the device reported ${client.order} (${verdict.kind}: ${verdict.why})`);
		await device.release(client);
		return `response ${verdict.kind}`;
	} finally {
		peer.destroy();
	}
}

/** Plays the part after the opening handshake. The peer has already sent the stream. */
async function playStream(
	device: Device,
	random: Random,
	role: Role,
	demands: Demands,
	{ connection, peer }: Pair,
	stream: Buffer,
	honest?: string,
): Promise<string> {
	const { maxMessageSize } = demands.options as { maxMessageSize: number };
	const verdict = judgeFrames(stream, { masked: role === "server", maxMessageSize });
	const received: Received[] = [];
	// The peer disconnects with the last bytes, or after the device has answered all of them.
	const patient = honest !== undefined || random.next() < 0.5;
	if (patient) {
		const isAnswered = () =>
			honest !== undefined && verdict.end.kind === "open"
				? isEcho(received.at(-1), honest)
				: answered(received, verdict, demands.echo === true);
		while (!isAnswered()) {
			const next = await peer.next();
			received.push(next);
			if (honest !== undefined && next.kind === "end" && verdict.end.kind === "open")
				throw new Error("the connection ended before the echo of the honest message");
		}
	}
	peer.end();
	for (let next = await peer.next(); ; next = await peer.next()) {
		received.push(next);
		if (next.kind !== "end") continue;
		if (next.inside && patient) throw new Error("the connection ended inside a frame");
		break;
	}
	const [code, reason] = await connection.next("close");
	checkEvents(
		connection,
		verdict,
		honest !== undefined ? isValueOrText : demands.bytes ? isAsBytes : isAsText,
	);
	checkClose(verdict, code, reason);
	if (honest === undefined) checkReceived(received, verdict, demands.echo === true);
	else checkEchoes(received, verdict);
	await device.release(connection);
	return inWords(verdict);
}
