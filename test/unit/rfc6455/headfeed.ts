/** Feeds heads to their readers as a socket would: in pieces, and never more than is asked for. */
import type { HeadReader } from "../../../modules/rfc6455/head.js";

/**
 * Gives a reader the bytes of a piece as far as it wants them.
 * @returns How many bytes it left: they follow the head, or come after it was refused.
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

/** What became of a head: "complete", "incomplete", or the status it was refused with. */
export function outcome(reader: HeadReader): "complete" | "incomplete" | number {
	if (reader.fault) return reader.fault.status;
	return reader.complete ? "complete" : "incomplete";
}

/** The outcome of a head that comes whole, which must be the same however it comes. */
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
