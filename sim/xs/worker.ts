/**
 * A process that runs the XS engine: the worker binary of `@agoric/xsnap`, spoken to directly in netstrings on
 * its file descriptors 3 and 4, because the package's JavaScript API wants the whole Node process locked down (SES).
 */

import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { engineBinary } from "./engine.js";
import { NetstringReader, netstring } from "./netstring.js";

/** What the owner of a worker hears. */
export interface WorkerEvents {
	/** The worker asks and waits; answer with `answer`. */
	onQuery(query: Buffer): void;
	/** The process ended without being told to. */
	onCrash(reason: string): void;
	/** The engine gave up on a batch because it computed without end. */
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
 * An endless loop must end even if nobody is left to kill the process: units of computation after which the
 * engine gives up on one batch. It gets there in some ten seconds.
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
	/** Units of computation the engine has spent so far. */
	computrons = 0;
	/** Slots in use, garbage included, after the last batch. */
	slots = 0;

	constructor(events: WorkerEvents) {
		this.#events = events;
		// A process group of its own: Ctrl-C is for the simulator, which then ends the worker in good order.
		const child = spawn(engineBinary(), ["-l", String(computationLimit), "-i", "1000000"], {
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

	/** Number of the process. */
	get processId(): number | undefined {
		return this.#child.pid;
	}

	/** Reads and runs a program file; one that cannot be run ends the process. */
	async run(path: string): Promise<void> {
		await this.#command(`s${path}`);
	}

	/** Hands a batch of octets to the program's `handleCommand`; gives its reply once all jobs have run. */
	send(batch: Uint8Array): Promise<Buffer> {
		return this.#command("?", batch);
	}

	/** Collects garbage and writes a snapshot of the heap to a file. */
	async snapshot(path: string): Promise<void> {
		await this.#command(`w${path}`);
	}

	/** Answers the query the worker waits for. */
	answer(octets: Uint8Array): void {
		this.#input.write(netstring("/", octets));
	}

	/** Ends the process at once; settles when it is gone. */
	kill(): Promise<void> {
		this.#ended = true;
		this.#replies.length = 0;
		this.#child.kill("SIGKILL");
		return this.#exit;
	}

	#command(prefix: string, octets?: Uint8Array): Promise<Buffer> {
		return new Promise((resolve, reject) => {
			this.#replies.push({ resolve, reject });
			this.#input.write(netstring(prefix, octets));
		});
	}

	#message(message: Buffer): void {
		if (this.#ended) return;
		switch (message[0]) {
			case 0x2e: {
				// "." usage as JSON, octet 1, reply
				const separator = message.indexOf(1);
				const usage = message.toString("latin1", 1, separator);
				this.computrons += Number(/"compute":(\d+)/.exec(usage)?.[1]);
				this.slots = Number(/"currentHeapCount":(\d+)/.exec(usage)?.[1]);
				this.#replies.shift()?.resolve(message.subarray(separator + 1));
				break;
			}
			case 0x21: // "!" message of an exception
				// Without one a script did not load, and the reason is on its way through stderr: the end brings it.
				if (message.byteLength === 1) this.#input.end();
				else this.#replies.shift()?.reject(new Error(message.toString("utf8", 1)));
				break;
			case 0x3f: // "?" query
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
