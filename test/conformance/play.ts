/** Plays one case with a device and reports violations. */
import { isDeepStrictEqual } from "node:util";
import { long } from "../device/driver/wire.js";
import { acceptFor } from "../support/handshake.js";
import {
	type Answer,
	aClose,
	answers,
	aText,
	type Case,
	type Connection,
	close,
	type Ending,
	type FrameCase,
	type Move,
	open,
	type RequestCase,
	type ResponseCase,
	sends,
	text,
} from "./case.js";
import type { Device, Pair } from "./device.js";
import type { Received, Role, StrictPeer } from "./strictpeer.js";

/** Default moves after the opening handshake. */
const hello: Move[] = [sends(text("hello")), answers(aText("hello"))];

/** @throws Error that describes the violation */
export async function play(device: Device, role: Role, it: Case): Promise<void> {
	if (it.about === "request") return playRequest(device, it);
	if (it.about === "response") return playResponse(device, it);
	const pair = await device.open(role, it);
	try {
		await playFrames(device, role, pair, it);
	} finally {
		pair.peer.destroy();
	}
}

async function playRequest(device: Device, it: RequestCase): Promise<void> {
	const path = device.newPath();
	const peer = await device.connect(it);
	try {
		peer.write(Buffer.from(it.request(path), "latin1"));
		const interim = it.continues ? await peer.head() : "";
		if (it.continues && !/^HTTP\/1\.1 100 [^\r]*\r\n\r\n$/.test(interim))
			throw new Error(`answered with ${interim} instead of 100`);
		const head = await peer.head();
		const status = Number(/^HTTP\/1\.1 (\d{3}) [^\r]+\r\n/.exec(head)?.[1]);
		if (status !== it.status) throw new Error(`answered with ${status} instead of ${it.status}: ${head}`);
		checkMatches("the answer", head, it.answer, it.answerNot);
		if (status === 101) {
			const target = /^\S+ (?:(?:http|ws):\/\/[^/]*)?(\S+)/i.exec(it.request(path).trimStart())?.[1] ?? path;
			const connection = await device.socketAt(target, it);
			const rest = { moves: it.moves ?? hello, messages: it.messages ?? ["hello"], ending: open };
			return await playFrames(device, "server", { connection, peer }, { ...it, ...rest });
		}
		checkMatches("the answer", head, [/\r\nconnection: close\r\n/i, /\r\ncontent-length: \d+\r\n/i]);
		// RFC 9110 section 9.3.2: the response to HEAD has no body.
		const isBare = it.request(path).startsWith("HEAD ");
		const length = Number(/\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]);
		const body = await peer.bytes(isBare ? 0 : length);
		peer.end();
		const rest = await peer.rest();
		if (length < 10 || rest !== "") throw new Error(`the answer's body is ${body}, then ${rest}`);
	} finally {
		peer.destroy();
	}
}

async function playResponse(device: Device, it: ResponseCase): Promise<void> {
	const { client, peer } = await device.attempt(it);
	try {
		const request = await peer.head();
		checkMatches("the request", request, it.request, it.requestNot);
		peer.write(Buffer.from(it.response(acceptFor(request), request), "latin1"));
		if (it.opens) {
			await client.next("open");
			const rest = { moves: it.moves ?? hello, messages: it.messages ?? ["hello"], ending: open };
			return await playFrames(device, "client", { connection: client, peer }, { ...it, ...rest });
		}
		const rest = await peer.rest();
		if (rest !== "") throw new Error(`${rest.length} bytes follow the request`);
		await client.next("error");
		const [attempt, reason] = await client.next("retry");
		if (!isDeepStrictEqual(client.order, ["retry", "error"]))
			throw new Error(`the device reported ${client.order.join(", ")}`);
		if (attempt !== 1 || typeof reason !== "string" || reason.length < 10)
			throw new Error(`retry was reported with ${attempt} and ${reason}`);
		await device.release(client);
	} finally {
		peer.destroy();
	}
}

function checkMatches(
	what: string,
	head: string,
	wanted: readonly RegExp[] = [],
	unwanted: readonly RegExp[] = [],
): void {
	for (const pattern of wanted) if (!pattern.test(head)) throw new Error(`${what} lacks ${pattern}: ${head}`);
	for (const pattern of unwanted) if (pattern.test(head)) throw new Error(`${what} has ${pattern}: ${head}`);
}

async function playFrames(
	device: Device,
	role: Role,
	{ connection, peer }: Pair,
	it: Pick<FrameCase, "moves" | "messages" | "ending">,
): Promise<void> {
	for (const move of it.moves) await makeMove(device, connection, peer, move);
	const closed = await playEnding(role, peer, it.ending);
	const [code, reason] = await connection.next("close");
	if (code !== closed.code || (closed.reason !== undefined && reason !== closed.reason))
		throw new Error(
			`close was reported with ${code} ${JSON.stringify(reason)} instead of ${JSON.stringify(closed)}`,
		);
	checkEvents(connection, it);
	await device.release(connection);
}

async function makeMove(device: Device, connection: Connection, peer: StrictPeer, move: Move): Promise<void> {
	switch (move.do) {
		case "send":
			peer.write(Buffer.concat(move.parts.map((part) => part(peer.masks))));
			break;
		case "expect":
			await expectAnswers(peer, move.answers, move.anyOrder);
			break;
		case "device":
			await device.run(move.steps(connection));
			break;
		case "pause":
			peer.pause();
			break;
		case "resume":
			peer.resume();
			break;
		case "compare keys":
			if (new Set(peer.keys).size !== peer.keys.length)
				throw new Error(`section 5.3: a masking key comes again: ${peer.keys.join(" ")}`);
			break;
	}
}

async function expectAnswers(peer: StrictPeer, list: readonly Answer[], anyOrder: boolean): Promise<void> {
	let missing = [...list];
	while (missing.length > 0) {
		const received = await peer.next();
		const index = missing.findIndex((answer) => fits(received, answer));
		// Pongs before the received one may be missing.
		const skips = (answer: Answer, place: number) =>
			place < index && answer.kind === "pong" && received.kind === "pong";
		const rest = missing.filter((answer, place) => place !== index && !skips(answer, place));
		if (index < 0 || !(anyOrder || rest.length === missing.length - index - 1))
			throw new Error(`the device sent ${show(received)} instead of ${show(missing[0])}`);
		missing = rest;
	}
}

function fits(received: Received, answer: Answer): boolean {
	if (answer.kind !== "close") return isDeepStrictEqual(received, answer);
	return (
		received.kind === "close" &&
		received.code === answer.code &&
		(answer.reason === undefined || received.reason === answer.reason)
	);
}

/** Ends the connection. Returns the close code and reason that the device must report. */
async function playEnding(
	role: Role,
	peer: StrictPeer,
	ending: Ending,
): Promise<{ code: number; reason?: string }> {
	switch (ending.kind) {
		case "open":
			peer.write(close(1000, "bye")(peer.masks));
			await expectAnswers(peer, [aClose(1000)], false);
			await expectEnd(peer, role === "client");
			return { code: 1000, reason: "bye" };
		case "failed":
			if (!ending.closeSent) {
				const received = await peer.next();
				if (received.kind !== "close" || received.code !== ending.code || received.reason === "")
					throw new Error(
						`the device sent ${show(received)} instead of a close with ${ending.code} and a reason`,
					);
			}
			await expectEnd(peer, !ending.alone);
			return { code: ending.code };
		case "closed":
			await expectEnd(peer, role === "client" && !ending.alone);
			return { code: ending.code, reason: ending.reason };
		case "lost":
			await expectEnd(peer, true);
			return { code: 1006, reason: "" };
		case "given up":
			await expectEnd(peer, false);
			return { code: 1006, reason: "" };
	}
}

/** Checks that the device ends the TCP connection; if `first`, the peer ends it before. */
async function expectEnd(peer: StrictPeer, first: boolean): Promise<void> {
	if (first) peer.end();
	const received = await peer.next();
	if (received.kind !== "end" || received.inside)
		throw new Error(`the device sent ${show(received)} instead of its end`);
	peer.end();
}

function checkEvents(
	connection: Connection,
	{ messages, ending }: Pick<FrameCase, "messages" | "ending">,
): void {
	const reported = connection.all("message").map(([message]) => message);
	const wanted = messages.map(asReported);
	if (!isDeepStrictEqual(reported.map(comparable), wanted.map(comparable)))
		throw new Error(`the messages reported are ${show(reported)} instead of ${show(wanted)}`);
	const events = connection.order.filter((event) => event !== "drain" && event !== "message");
	const should = ["open", ...(ending.kind === "failed" ? ["error"] : []), "close"];
	if (!isDeepStrictEqual(events, should))
		throw new Error(`the device reported ${connection.order.join(", ")} instead of ${should.join(", ")}`);
}

/** Returns a message as the agent reports it: a long one by length and checksum. */
function asReported(message: string | Buffer): unknown {
	const length = Buffer.byteLength(message);
	if (typeof message === "string") return length <= 1024 ? message : long(message);
	return length <= 1024 ? new Uint8Array(message).buffer : long(message);
}

function comparable(value: unknown): unknown {
	return value instanceof ArrayBuffer ? Buffer.from(value) : value;
}

function show(value: unknown): string {
	const text = JSON.stringify(value, (_, inner) => {
		if (inner instanceof ArrayBuffer) return Buffer.from(inner).toString("hex");
		return inner?.type === "Buffer" ? Buffer.from(inner.data).toString("hex") : inner;
	});
	return (text ?? String(value)).slice(0, 300);
}
