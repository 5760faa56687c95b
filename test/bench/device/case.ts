/** A case of the benchmark. */
export interface Case {
	/** What is measured: `floor` or the name of an implementation. */
	readonly subject: string;
	/** "send", "receive", or "queue N" with the number of messages queued together. */
	readonly work: string;
	/** Side of the connection; "" if there is no difference. */
	readonly role: Role | "";
	/** Size of the message's JSON. */
	readonly bytes: number;
	/** Minimum number of messages per call of run(): 1, or the number of messages queued together. */
	readonly batch: number;
	/** Processes messages; `count` is a multiple of `batch`. */
	run(count: number): void;
	/** Total number of messages that have arrived: an integer except for rounding errors. */
	done(): number;
}

export type Role = "client" | "server";

/** Send and receive operations of one implementation. */
export interface Work {
	send(count: number): void;
	sent(): number;
	receive(count: number): void;
	received(): number;
}

/** Makes the send and the receive case of an implementation. */
export function sendAndReceive(subject: string, role: Role | "", bytes: number, work: Work): Case[] {
	return [
		{ subject, work: "send", role, bytes, batch: 1, run: work.send, done: work.sent },
		{ subject, work: "receive", role, bytes, batch: 1, run: work.receive, done: work.received },
	];
}
