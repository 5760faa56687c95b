/**
 * Exchanges batches with the XS machine: collects events while the machine is busy, sends them as one batch
 * when it is idle, and detects a machine that hangs.
 */

import type { EventSink } from "./connection.js";
import type { Event } from "./protocol.js";
import { WireReader, WireWriter } from "./wire.js";
import { Worker } from "./worker.js";

/** Why the machine ended. */
export interface Exit {
	/**
	 * `stop`: stopped on request; `abort`: an exception left a callback; `crash`: the engine process ended;
	 * `hang`: no answer.
	 */
	kind: "stop" | "abort" | "crash" | "hang";
	/** Human-readable reason; for an abort the message and stack of the exception. */
	reason: string;
}

/** Callbacks of a conversation. */
export interface Handlers {
	/** Performs operations requested by the machine. */
	perform(operations: WireReader): void;
	/** Answers a query that blocks the machine. */
	answer(query: WireReader): Promise<ArrayBuffer>;
	/** Called when the machine has handled all events of this batch. */
	onBatchHandled(batch: number): void;
	/** Called when the machine has ended by itself. */
	onEnd(exit: Exit): void;
}

export class Conversation implements EventSink {
	readonly #worker: Worker;
	readonly #handlers: Handlers;
	readonly #hangTimeout: number;
	readonly #watchdog: NodeJS.Timeout;
	readonly #events = new WireWriter(16384);
	/** Jobs to run between two batches. */
	readonly #jobs: (() => Promise<void>)[] = [];
	#batch = 0;
	#busy = false;
	#watching = true;
	#over = false;

	/**
	 * @param engine path of the engine's binary
	 * @param hangTimeout milliseconds after which a machine that does not answer is considered hung
	 */
	constructor(engine: string, hangTimeout: number, handlers: Handlers) {
		this.#hangTimeout = hangTimeout;
		this.#handlers = handlers;
		this.#worker = new Worker(engine, {
			onQuery: (query) => void this.#query(query),
			onCrash: (reason) => this.#end({ kind: "crash", reason }),
			onEndless: () => this.#end({ kind: "hang", reason: "A callback of the device runs an endless loop." }),
		});
		this.#watchdog = setTimeout(() => this.#checkHang(), hangTimeout);
	}

	/** Number of the batch that the next event will be part of. */
	get nextBatch(): number {
		return this.#batch + 1;
	}

	/** Round trips so far, the computrons spent in them, and the slots in use. */
	get meter(): { batches: number; computrons: number; slots: number } {
		return { batches: this.#batch, computrons: this.#worker.computrons, slots: this.#worker.slots };
	}

	get processId(): number | undefined {
		return this.#worker.processId;
	}

	event(event: Event): WireWriter {
		if (!this.#busy) queueMicrotask(() => void this.#work());
		return this.#events.uint8(event);
	}

	lazyEvent(event: Event): WireWriter {
		return this.#events.uint8(event);
	}

	/** Loads a script into the machine. Never resolves if that ends the machine. */
	load(path: string): Promise<void> {
		return this.#between(() => this.#worker.run(path));
	}

	/** Resolves when the machine has handled all events. Never resolves if it ends while it handles them. */
	idle(): Promise<void> {
		return this.#between(async () => {
			if (this.#events.length > 0) await this.#exchange();
		});
	}

	/** Writes a snapshot of the heap to a file. Never resolves if the machine ends before that. */
	snapshot(path: string): Promise<void> {
		return this.#between(() => this.#worker.snapshot(path));
	}

	/** Kills the machine. Resolves when its process has ended. */
	close(): Promise<void> {
		this.#over = true;
		clearTimeout(this.#watchdog);
		return this.#worker.kill();
	}

	/** Runs a job while the machine is idle. */
	#between(work: () => Promise<void>): Promise<void> {
		return new Promise((resolve) => {
			this.#jobs.push(() => work().then(resolve));
			void this.#work();
		});
	}

	/** Sends batches to the machine until there are no more events. */
	async #work(): Promise<void> {
		if (this.#busy) return;
		this.#busy = true;
		while (!this.#over) {
			this.#watchdog.refresh();
			const job = this.#jobs.shift();
			if (job) await job();
			else if (this.#events.length > 0) await this.#exchange();
			else break;
		}
		this.#busy = false;
	}

	async #exchange(): Promise<void> {
		this.#batch++;
		let reply: Buffer;
		try {
			reply = await this.#worker.send(new Uint8Array(this.#events.take()));
		} catch (error) {
			this.#end({ kind: "abort", reason: (error as Error).message });
			return;
		}
		if (this.#over) return;
		this.#handlers.perform(new WireReader(reply));
		this.#handlers.onBatchHandled(this.#batch);
	}

	async #query(bytes: Buffer): Promise<void> {
		// The machine now waits for the simulator, so it cannot hang.
		this.#watching = false;
		const answer = await this.#handlers.answer(new WireReader(bytes));
		if (this.#over) return;
		this.#watching = true;
		this.#watchdog.refresh();
		this.#worker.answer(new Uint8Array(answer));
	}

	/** Called when the watchdog expires: a machine that is still busy with the same batch hangs. */
	#checkHang(): void {
		const batch = this.#batch;
		const verdict = () => {
			if (this.#over || !this.#busy || !this.#watching || this.#batch !== batch) return;
			this.#end({
				kind: "hang",
				reason: `The device did not answer for ${this.#hangTimeout} milliseconds: a callback does not return.`,
			});
		};
		// Read pending input first: this process may have been blocked, and the answer may have arrived.
		setImmediate(() => setImmediate(verdict));
	}

	#end(exit: Exit): void {
		if (this.#over) return;
		this.#over = true;
		this.#handlers.onEnd(exit);
	}
}
