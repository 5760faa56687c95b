/**
 * The exchange with the XS machine: collects events while the machine is at work, hands them over as one batch
 * when it is not, and notices when it does not come back.
 */

import type { EventSink } from "./connection.js";
import type { Event } from "./protocol.js";
import { WireReader, WireWriter } from "./wire.js";
import { Worker } from "./worker.js";

/** How the machine came to its end. */
export interface Exit {
	/** `stop`: it was told to; `abort`: an exception left a callback; `crash`: the engine ended; `hang`: no answer. */
	kind: "stop" | "abort" | "crash" | "hang";
	/** A sentence; for an abort the device's own message and stack. */
	reason: string;
}

/** The other side of the exchange. */
export interface Handlers {
	/** Carries out what the machine asks for. */
	perform(operations: WireReader): void;
	/** Answers what the machine waits for. */
	answer(query: WireReader): Promise<ArrayBuffer>;
	/** The machine has handled all events up to the end of this batch. */
	onBatchHandled(batch: number): void;
	/** The machine is over, for a reason of its own. */
	onEnd(exit: Exit): void;
}

export class Conversation implements EventSink {
	readonly #worker: Worker;
	readonly #handlers: Handlers;
	readonly #hangTimeout: number;
	readonly #watchdog: NodeJS.Timeout;
	readonly #events = new WireWriter(16384);
	/** Work on the machine between batches. */
	readonly #jobs: (() => Promise<void>)[] = [];
	#batch = 0;
	#busy = false;
	#watching = true;
	#over = false;

	/** @param hangTimeout milliseconds until a machine that does not answer is given up */
	constructor(hangTimeout: number, handlers: Handlers) {
		this.#hangTimeout = hangTimeout;
		this.#handlers = handlers;
		this.#worker = new Worker({
			onQuery: (query) => void this.#query(query),
			onCrash: (reason) => this.#end({ kind: "crash", reason }),
			onEndless: () =>
				this.#end({ kind: "hang", reason: "One of the device's callbacks computes without end." }),
		});
		this.#watchdog = setTimeout(() => this.#checkHang(), hangTimeout);
	}

	/** Number of the batch that takes events added now. */
	get nextBatch(): number {
		return this.#batch + 1;
	}

	/** Round trips so far, what the engine computed in them, and the slots it has in use. */
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

	/** Loads a script into the machine. Never settles if that ends the machine. */
	load(path: string): Promise<void> {
		return this.#between(() => this.#worker.run(path));
	}

	/** Settles when the machine has handled all events there are. Never settles if it ends over them. */
	idle(): Promise<void> {
		return this.#between(async () => {
			if (this.#events.length > 0) await this.#exchange();
		});
	}

	/** Has a snapshot of the heap written to a file. Never settles if the machine ends meanwhile. */
	snapshot(path: string): Promise<void> {
		return this.#between(() => this.#worker.snapshot(path));
	}

	/** Kills the machine. Settles when its process is gone. */
	close(): Promise<void> {
		this.#over = true;
		clearTimeout(this.#watchdog);
		return this.#worker.kill();
	}

	/** Does something while the machine waits for the next batch. */
	#between(work: () => Promise<void>): Promise<void> {
		return new Promise((resolve) => {
			this.#jobs.push(() => work().then(resolve));
			void this.#work();
		});
	}

	/** Hands batches to the machine as long as there is anything to hand over. */
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

	async #query(octets: Buffer): Promise<void> {
		// The machine waits for the simulator now, not the other way round.
		this.#watching = false;
		const answer = await this.#handlers.answer(new WireReader(octets));
		if (this.#over) return;
		this.#watching = true;
		this.#watchdog.refresh();
		this.#worker.answer(new Uint8Array(answer));
	}

	/** The watchdog's time is over: a machine that is still at the same batch hangs. */
	#checkHang(): void {
		const batch = this.#batch;
		const verdict = () => {
			if (this.#over || !this.#busy || !this.#watching || this.#batch !== batch) return;
			this.#end({
				kind: "hang",
				reason: `The device gave no answer for ${this.#hangTimeout} milliseconds: one of its callbacks does not return.`,
			});
		};
		// Once more round the event loop: this process may have been held up, and the answer be there.
		setImmediate(() => setImmediate(verdict));
	}

	#end(exit: Exit): void {
		if (this.#over) return;
		this.#over = true;
		this.#handlers.onEnd(exit);
	}
}
