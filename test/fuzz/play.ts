/** Plays one random case with a device: the seed and the number of the case say everything about it. */
import { isDeepStrictEqual } from "node:util";
import { long } from "../../sim/agent/wire.js";
import type { Demands, Device, Pair } from "../conformance/device.js";
import { acceptFor, type Received, type Role } from "../conformance/strictpeer.js";
import { Random } from "../support/random.js";
import { isUtf8 } from "../support/utf8.js";
import { judgeFrames, type Message, type Verdict } from "./framejudge.js";
import { type HeadVerdict, judgeRequest, judgeResponse } from "./headjudge.js";
import { randomRequest, randomResponse, randomStream } from "./streams.js";

/** The longest messages that devices are asked to receive, in octets. */
const messageSizes = [100, 16384, 70000];
/** Statuses that a server may refuse a request with. */
const refusals = [400, 403, 404, 405, 417, 426, 431];

/** All that cases ask of servers. */
export const allDemands: readonly Demands[] = messageSizes.flatMap((maxMessageSize) =>
	[true, false].flatMap((octets) =>
		// The queue takes the echoes of all messages that a stream may have.
		[true, false].map((echo) => ({
			options: { maxMessageSize, sendQueueSize: 16384 + 2 * maxMessageSize },
			octets,
			echo,
		})),
	),
);

/** What a case has come to. */
export interface Played {
	role: Role;
	/** How it ended, in a word or a close code. */
	ending: string;
}

/** What a case did, for a report of its failure. */
export interface Trail {
	role: Role;
	/** The octets that the peer sent last. */
	octets: Buffer;
}

/**
 * @param long whether messages may be of 64 KiB
 * @throws Error that says what the device did wrong
 */
export async function playRandom(
	device: Device,
	seed: number,
	number: number,
	longMessages: boolean,
	trail: Trail,
): Promise<Played> {
	const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
	const role = random.pick(["client", "server"] as const);
	const demands = random.pick(allDemands);
	const longest = longMessages ? 70000 : 2000;
	trail.role = role;
	if (random.next() < 0.75) {
		const pair = await device.open(role, demands);
		const stream = randomStream(random, role === "server", longest);
		trail.octets = stream;
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

async function playRequest(device: Device, random: Random, demands: Demands, trail: Trail): Promise<string> {
	const path = `/${random.octets(12).toString("hex")}`;
	const octets = randomRequest(random, path);
	const verdict = judgeRequest(octets);
	trail.octets = octets;
	const peer = await device.connect(demands);
	try {
		peer.write(octets);
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
	// Whoever goes before the end of the request is owed no answer, or not all of it.
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
		const octets = randomResponse(random, accept);
		const verdict = judgeResponse(octets, accept, protocols ?? []);
		trail.octets = octets;
		peer.write(octets);
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

/** What follows the opening handshake; the peer has sent the stream. */
async function playStream(
	device: Device,
	random: Random,
	role: Role,
	demands: Demands,
	{ connection, peer }: Pair,
	stream: Buffer,
): Promise<string> {
	const { maxMessageSize } = demands.options as { maxMessageSize: number };
	const verdict = judgeFrames(stream, { masked: role === "server", maxMessageSize });
	const received: Received[] = [];
	// The peer's end comes with the octets, or when the device has answered all of them.
	const patient = random.next() < 0.5;
	if (patient) {
		while (!answered(received, verdict, demands.echo === true)) received.push(await peer.next());
	}
	peer.end();
	for (let next = await peer.next(); ; next = await peer.next()) {
		received.push(next);
		if (next.kind !== "end") continue;
		if (next.inside && patient) throw new Error("the connection ended inside a frame");
		break;
	}
	const [code, reason] = await connection.next("close");
	checkEvents(connection, verdict, demands.octets === true);
	checkClose(verdict, code, reason);
	checkReceived(received, verdict, demands.echo === true);
	await device.release(connection);
	return inWords(verdict);
}

function inWords({ end }: Verdict): string {
	if (end.kind === "open") return "open";
	const { code } = end;
	if (code === undefined) return "closed without a code";
	return code < 3000 ? `${end.kind} ${code}` : `closed ${code < 4000 ? "3000 to 3999" : "4000 to 4999"}`;
}

/** Whether the device has sent everything that it will send by itself. */
function answered(received: readonly Received[], { messages, pings, end }: Verdict, echo: boolean): boolean {
	if (received.some(({ kind }) => kind === "end"))
		throw new Error(`the device ended the connection unasked (${JSON.stringify(end)})`);
	if (end.kind !== "open") return received.some(({ kind }) => kind === "close");
	const pongs = received.flatMap((it) => (it.kind === "pong" ? [it.octets] : []));
	const echoes = received.filter(({ kind }) => kind === "text" || kind === "binary").length;
	const last = pings.at(-1);
	// The last pings may be alike, and then it takes no more than one pong; those before it came earlier.
	return (!last || pongs.some((pong) => pong.equals(last))) && (!echo || echoes >= messages.length);
}

function checkEvents(connection: Pair["connection"], { messages, end }: Verdict, octets: boolean): void {
	const reported = connection.all("message");
	if (reported.length !== messages.length)
		throw new Error(`${reported.length} messages were reported instead of ${messages.length}`);
	for (const [index, message] of messages.entries()) {
		const [value, info] = reported[index] as [unknown, { binary: boolean }];
		if (info.binary !== message.binary)
			throw new Error(`message ${index} was reported with binary ${info.binary}`);
		if (!isAs(value, message, octets)) throw new Error(`message ${index} was not reported as it was sent`);
	}
	const events = connection.order.filter((event) => event !== "drain" && event !== "message");
	const wanted = ["open", ...(end.kind === "failed" ? ["error"] : []), "close"];
	// A queue that overflows while the peer reads slowly reports that, too.
	const errors = connection.all("error").filter(([text]) => !/queue/.test(String(text))).length;
	if (events[0] !== "open" || events.at(-1) !== "close" || errors !== wanted.length - 2)
		throw new Error(`${events.join(", ")} was reported instead of ${wanted.join(", ")}`);
}

function isAs(value: unknown, { binary, octets }: Message, asOctets: boolean): boolean {
	if (!asOctets) {
		// What is no UTF-8 comes with replacement characters, however many.
		if (binary && !isUtf8(octets)) return true;
		const text = octets.toString();
		return isDeepStrictEqual(value, octets.length > 1024 ? long(text) : text);
	}
	if (octets.length > 1024) return isDeepStrictEqual(value, long(octets));
	return value instanceof ArrayBuffer && octets.equals(new Uint8Array(value));
}

function checkClose({ end }: Verdict, code: unknown, reason: unknown): void {
	const wanted = end.kind === "open" ? 1006 : (end.code ?? 1005);
	if (code !== wanted)
		throw new Error(`close was reported with ${code} instead of ${wanted} (${JSON.stringify(end)})`);
	if (end.kind === "closed" && reason !== end.reason)
		throw new Error(
			`the reason ${JSON.stringify(reason)} was reported instead of ${JSON.stringify(end.reason)}`,
		);
}

function checkReceived(
	received: readonly Received[],
	{ messages, pings, end }: Verdict,
	echo: boolean,
): void {
	let ping = 0;
	let message = 0;
	for (const it of received) {
		switch (it.kind) {
			case "pong": {
				const index = pings.findIndex((payload, place) => place >= ping && payload.equals(it.octets));
				if (index < 0) throw new Error(`a pong of ${it.octets.toString("hex")} answers no ping`);
				ping = index + 1;
				break;
			}
			case "text":
			case "binary": {
				const sent = messages[message++];
				if (!echo || !sent) throw new Error("the device sent a message of its own");
				const octets = it.kind === "text" ? Buffer.from(it.text) : it.octets;
				if (sent.binary !== (it.kind === "binary")) throw new Error(`echo ${message} is ${it.kind}`);
				if (isUtf8(sent.octets) && !octets.equals(sent.octets)) throw new Error(`echo ${message} differs`);
				break;
			}
			case "close":
				if (end.kind === "open" || it.code !== end.code)
					throw new Error(`the device closed with ${it.code} (${JSON.stringify(end)})`);
				break;
			case "ping":
				throw new Error("the device sent a ping");
		}
	}
}
