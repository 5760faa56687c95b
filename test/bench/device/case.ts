/** One thing that is measured. */
export interface Case {
	/** Who does the work: `floor`, or an implementation. */
	readonly subject: string;
	/** What is done: "send", "receive", or "queue" and how many messages wait together. */
	readonly work: string;
	/** Which side of the connection; "" where there is no difference. */
	readonly role: Role | "";
	/** Octets of the message's JSON. */
	readonly octets: number;
	/** Messages of one call of run(), at least: 1, or as many as wait in the queue together. */
	readonly batch: number;
	/** Does the work for so many messages, a multiple of `batch`. */
	run(count: number): void;
	/** Messages that have arrived where they should, in all: a whole number but for rounding. */
	done(): number;
}

export type Role = "client" | "server";

/** Sending and receiving, as one implementation does it. */
export interface Work {
	send(count: number): void;
	sent(): number;
	receive(count: number): void;
	received(): number;
}

/** The two cases of one implementation, role and message. */
export function sendAndReceive(subject: string, role: Role | "", octets: number, work: Work): Case[] {
	return [
		{ subject, work: "send", role, octets, batch: 1, run: work.send, done: work.sent },
		{ subject, work: "receive", role, octets, batch: 1, run: work.receive, done: work.received },
	];
}
