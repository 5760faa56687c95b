/** Compares what a device reported and sent with the verdict of the judge. */
import { isDeepStrictEqual } from "node:util";
import type { Pair } from "../conformance/device.js";
import type { Received } from "../conformance/strictpeer.js";
import { long } from "../device/driver/wire.js";
import { isUtf8 } from "../support/utf8.js";
import type { Message, Verdict } from "./framejudge.js";

export function inWords({ end }: Verdict): string {
	if (end.kind === "open") return "open";
	const { code } = end;
	if (code === undefined) return "closed without a code";
	return code < 3000 ? `${end.kind} ${code}` : `closed ${code < 4000 ? "3000 to 3999" : "4000 to 4999"}`;
}

/** Returns whether the device has sent everything that it sends without further input. */
export function answered(
	received: readonly Received[],
	{ messages, pings, end }: Verdict,
	echo: boolean,
): boolean {
	if (received.some(({ kind }) => kind === "end"))
		throw new Error(`the device ended the connection unexpectedly (${JSON.stringify(end)})`);
	if (end.kind !== "open") return received.some(({ kind }) => kind === "close");
	const pongs = received.flatMap((it) => (it.kind === "pong" ? [it.bytes] : []));
	const echoes = received.filter(({ kind }) => kind === "text" || kind === "binary").length;
	const last = pings.at(-1);
	// The last pings may be identical, so any equal pong counts. Pongs for earlier pings arrive before it.
	return (!last || pongs.some((pong) => pong.equals(last))) && (!echo || echoes >= messages.length);
}

export function isEcho(received: Received | undefined, text: string): boolean {
	return received?.kind === "text" && received.text === text;
}

export function checkEvents(
	connection: Pair["connection"],
	{ messages, end }: Verdict,
	isAs: (value: unknown, message: Message) => boolean,
): void {
	const reported = connection.all("message");
	if (reported.length !== messages.length)
		throw new Error(`${reported.length} messages were reported instead of ${messages.length}`);
	for (const [index, message] of messages.entries()) {
		const [value, info] = reported[index] as [unknown, { binary: boolean }];
		if (info.binary !== message.binary)
			throw new Error(`message ${index} was reported with binary ${info.binary}`);
		if (!isAs(value, message)) throw new Error(`message ${index} was not reported as it was sent`);
	}
	const events = connection.order.filter((event) => event !== "drain" && event !== "message");
	const wanted = ["open", ...(end.kind === "failed" ? ["error"] : []), "close"];
	// Ignore errors about a full send queue (the peer reads slowly) and about nameMemory (too many new names).
	const errors = connection.all("error").filter(([text]) => !/queue|nameMemory/.test(String(text)));
	if (events[0] !== "open" || events.at(-1) !== "close" || errors.length !== wanted.length - 2)
		throw new Error(
			`${events.join(", ")} was reported instead of ${wanted.join(", ")} (${errors.join("; ")})`,
		);
}

export function isAsText(value: unknown, { binary, bytes }: Message): boolean {
	// Invalid UTF-8 is reported with replacement characters; their number is not checked.
	if (binary && !isUtf8(bytes)) return true;
	const text = bytes.toString();
	return isDeepStrictEqual(value, bytes.length > 1024 ? long(text) : text);
}

export function isAsBytes(value: unknown, { bytes }: Message): boolean {
	if (bytes.length > 1024) return isDeepStrictEqual(value, long(bytes));
	return value instanceof ArrayBuffer && bytes.equals(new Uint8Array(value));
}

/** Returns whether JSON was reported as its value; as a string if it is not JSON or exceeds the limits of the device. */
export function isValueOrText(value: unknown, message: Message): boolean {
	const text = message.bytes.toString();
	const parsed = parse(text);
	if (parsed !== undefined && isDeepStrictEqual(value, toldAs(parsed))) return true;
	return isAsText(value, message) && (parsed === undefined || !isModest(text));
}

/** Returns whether a text is within every limit of a device: few brackets, few values, and no names. */
function isModest(text: string): boolean {
	const outside = text.replace(/"(?:[^"\\]|\\.)*"/g, "");
	return text.length <= 64 && !text.includes(":") && (outside.match(/[[{]/g) ?? []).length <= 4;
}

/** Returns the value of a JSON text; undefined if it is not JSON. */
function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Returns a value as the device reports it: a long string by length and checksum. */
function toldAs(value: unknown): unknown {
	return typeof value === "string" && Buffer.byteLength(value) > 1024 ? long(value) : value;
}

/** Checks echoes of values. One may be missing, because not every received value can be sent. */
export function checkEchoes(received: readonly Received[], { messages }: Verdict): void {
	const texts = messages.map(({ bytes }) => bytes.toString());
	let next = 0;
	for (const it of received) {
		if (it.kind === "binary") throw new Error("the echo of a value is binary");
		if (it.kind !== "text") continue;
		const echo = parse(it.text);
		const place = texts.findIndex(
			(text, index) => index >= next && (echo === text || isDeepStrictEqual(echo, parse(text))),
		);
		if (place < 0) throw new Error(`the echo ${it.text.slice(0, 200)} matches no message`);
		next = place + 1;
	}
}

export function checkClose({ end }: Verdict, code: unknown, reason: unknown): void {
	const wanted = end.kind === "open" ? 1006 : (end.code ?? 1005);
	if (code !== wanted)
		throw new Error(`close was reported with ${code} instead of ${wanted} (${JSON.stringify(end)})`);
	if (end.kind === "closed" && reason !== end.reason)
		throw new Error(
			`the reason ${JSON.stringify(reason)} was reported instead of ${JSON.stringify(end.reason)}`,
		);
}

export function checkReceived(
	received: readonly Received[],
	{ messages, pings, end }: Verdict,
	echo: boolean,
): void {
	let ping = 0;
	let message = 0;
	for (const it of received) {
		switch (it.kind) {
			case "pong": {
				const index = pings.findIndex((payload, place) => place >= ping && payload.equals(it.bytes));
				if (index < 0) throw new Error(`a pong of ${it.bytes.toString("hex")} matches no ping`);
				ping = index + 1;
				break;
			}
			case "text":
			case "binary": {
				const sent = messages[message++];
				if (!echo || !sent) throw new Error("the device sent a message that is not an echo");
				const bytes = it.kind === "text" ? Buffer.from(it.text) : it.bytes;
				if (sent.binary !== (it.kind === "binary")) throw new Error(`echo ${message} is ${it.kind}`);
				if (isUtf8(sent.bytes) && !bytes.equals(sent.bytes)) throw new Error(`echo ${message} differs`);
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
