/** Passes heads to their readers like a socket: in pieces, and never more bytes than requested. */
import type { HeadReader } from "../../../modules/rfc6455/head.js";

/**
 * Passes the bytes of a piece to a reader as long as it requests them.
 * @returns Number of bytes left over: they follow the head, or arrive after it was refused.
 */
export function feed(reader: HeadReader, bytes: Uint8Array): number {
	let at = 0;
	while (at < bytes.length && reader.wanted > 0) {
		const end = Math.min(bytes.length, at + reader.wanted);
		reader.push(new Uint8Array(bytes.subarray(at, end)), end - at);
		at = end;
	}
	return bytes.length - at;
}

/** Returns the state of a head: "complete", "incomplete", or the status of its refusal. */
export function outcome(reader: HeadReader): "complete" | "incomplete" | number {
	if (reader.fault) return reader.fault.status;
	return reader.complete ? "complete" : "incomplete";
}

/** Returns the outcome of a head that arrives whole, which must be the same for any pieces. */
export function outcomeOf(make: () => HeadReader, head: string): "complete" | "incomplete" | number {
	const bytes = Buffer.from(head, "latin1");
	const whole = make();
	feed(whole, bytes);
	const wanted = outcome(whole);
	const single = make();
	for (let at = 0; at < bytes.length; at++) feed(single, bytes.subarray(at, at + 1));
	if (outcome(single) !== wanted)
		throw new Error(`byte by byte the head is ${outcome(single)}, whole ${wanted}`);
	return wanted;
}
