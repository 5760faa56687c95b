/**
 * A process that runs the XS engine: the worker binary of `@agoric/xsnap`. This file speaks its netstring
 * protocol on file descriptors 3 and 4, because the package's JavaScript API needs the whole Node.js process
 * locked down (SES).
 */

import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { NetstringReader, netstring } from "./netstring.js";

/** Events of a worker. */
export interface WorkerEvents {
	/** The worker waits for an answer: call `answer`. */
	onQuery(query: Buffer): void;
	/** The process ended unexpectedly. */
	onCrash(reason: string): void;
	/** The engine ended because a batch exceeded the computation limit. */
	onEndless(): void;
}

const living = new Set<ChildProcess>();
process.on("exit", () => {
	for (const child of living) child.kill("SIGKILL");
});

const exitReasons: Record<number, string> = {
	11: "the machine ran out of memory",
	12: "the stack overflowed",
	15: "unhandled exception",
	16: "the machine ran out of keys",
};
const endlessStatus = 17;

/**
 * Computrons after which the engine ends a batch (about ten seconds). It ends an endless loop even if no parent
 * process is left to kill it.
 */
const computationLimit = 2_000_000_000;

export class Worker {
	#child: ChildProcess;
	#input: Duplex;
	#events: WorkerEvents;
	#replies: { resolve: (reply: Buffer) => void; reject: (error: Error) => void }[] = [];
	#errors = "";
	#ended = false;
	readonly #exit: Promise<void>;
	/** Computrons spent so far. */
	computrons = 0;
	/** Slots in use after the last batch, including garbage. */
	slots = 0;

	/** @param engine path of the engine's binary */
	constructor(engine: string, events: WorkerEvents) {
		this.#events = events;
		// Its own process group, so that Ctrl-C does not kill it: the simulator ends it.
		const child = spawn(engine, ["-l", String(computationLimit), "-i", "1000000"], {
			stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
			detached: true,
		});
		living.add(child);
		this.#child = child;
		this.#input = child.stdio[3] as Duplex;
		this.#input.on("error", () => {});
		const reader = new NetstringReader((message) => this.#message(message));
		(child.stdio[4] as Duplex).on("data", (chunk: Buffer) => reader.push(chunk)).on("error", () => {});
		child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			this.#errors = (this.#errors + text).slice(-4000);
		});
		this.#exit = new Promise((resolve) => {
			child.on("error", (error) => this.#crashed(`the XS worker could not be started: ${error.message}`));
			child.on("close", (code, signal) => {
				living.delete(child);
				if (code === endlessStatus) this.#events.onEndless();
				else this.#crashed(this.#describe(code, signal));
				resolve();
			});
		});
	}

	/** Process ID. */
	get processId(): number | undefined {
		return this.#child.pid;
	}

	/** Runs a program file. If it fails to run, the process ends. */
	async run(path: string): Promise<void> {
		await this.#command(`s${path}`);
	}

	/** Passes a batch to the program's `handleCommand`. Resolves with the reply when all promise jobs have run. */
	send(batch: Uint8Array): Promise<Buffer> {
		return this.#command("?", batch);
	}

	/** Collects garbage, then writes a heap snapshot to a file. */
	async snapshot(path: string): Promise<void> {
		await this.#command(`w${path}`);
	}

	/** Answers the query that blocks the worker. */
	answer(bytes: Uint8Array): void {
		this.#input.write(netstring("/", bytes));
	}

	/** Kills the process. Resolves when it has ended. */
	kill(): Promise<void> {
		this.#ended = true;
		this.#replies.length = 0;
		this.#child.kill("SIGKILL");
		return this.#exit;
	}

	#command(prefix: string, bytes?: Uint8Array): Promise<Buffer> {
		return new Promise((resolve, reject) => {
			this.#replies.push({ resolve, reject });
			this.#input.write(netstring(prefix, bytes));
		});
	}

	#message(message: Buffer): void {
		if (this.#ended) return;
		switch (message[0]) {
			case 0x2e: {
				// ".", usage as JSON, a byte 1, the reply
				const separator = message.indexOf(1);
				const usage = message.toString("latin1", 1, separator);
				this.computrons += Number(/"compute":(\d+)/.exec(usage)?.[1]);
				this.slots = Number(/"currentHeapCount":(\d+)/.exec(usage)?.[1]);
				this.#replies.shift()?.resolve(message.subarray(separator + 1));
				break;
			}
			case 0x21: // "!", message of an exception
				// Without a message, a script failed to load: the reason comes through stderr, reported at the end.
				if (message.byteLength === 1) this.#input.end();
				else this.#replies.shift()?.reject(new Error(message.toString("utf8", 1)));
				break;
			case 0x3f: // "?", the query
				this.#events.onQuery(message.subarray(1));
				break;
		}
	}

	#crashed(reason: string): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#events.onCrash(reason);
	}

	#describe(code: number | null, signal: NodeJS.Signals | null): string {
		const known = code === null ? undefined : exitReasons[code];
		const reason = known ?? (signal ? `killed by ${signal}` : `exit status ${code}`);
		const errors = this.#errors.trim();
		return `the XS worker ended: ${reason}${errors ? `\n${errors}` : ""}`;
	}
}
