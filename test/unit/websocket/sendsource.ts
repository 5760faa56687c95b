/** A source of sendChunks() that gives pieces, fails, ends, waits, and is settled as chance says, and tells the model so. */

import type { ChunkSource } from "../../../modules/chunks/chunks.js";
import type { Random } from "../../support/random.js";
import { type Reject, type Resolve, Thenable } from "../../support/thenable.js";
import { equal, type Message, type SendModel } from "./sendmodel.js";

/** The connection that sends it. */
export interface SourceUser {
	readonly model: SendModel;
	/** Reads what the connection has sent. */
	sync(): void;
	/** The source has failed in the middle: the message is cut off. */
	cutOff(): void;
	/** May do anything. */
	readonly meddle: (() => void) | undefined;
}

type Step = "piece" | "empty" | "end" | "throw" | "wrong";

export class Source {
	/** True once it has ended by itself: then return() is not called. */
	hasEnded = false;
	hasReturned = false;
	readonly message: Message;
	readonly #user: SourceUser;
	readonly #random: Random;
	readonly #lengths: readonly number[];
	readonly #habit: "now" | "later" | "both" | "never";
	readonly #last: Step;
	#left: number;
	#isOver = false;
	/** Settles the promise that is pending. */
	#settle: (() => void) | undefined;

	/** @param window The widest window, near which pieces are interesting. */
	constructor(user: SourceUser, message: Message, random: Random, window: number) {
		this.message = message;
		this.#user = user;
		this.#random = random;
		this.#lengths = [1, 20, window, 2 * window, 1428];
		this.#habit = random.choose({ now: 4, later: 3, both: 2, never: 0.3 });
		this.#last = random.choose({ end: 8, throw: 1, wrong: 1 });
		this.#left = random.integer(0, 5);
	}

	/** The source, as sendChunks() takes it. */
	get iterable(): ChunkSource {
		const iterator = { next: () => this.#next(), return: () => this.#return() };
		return { [Symbol.asyncIterator]: () => iterator } as unknown as ChunkSource;
	}

	/** Settles the promise that is pending. Returns whether there was one. */
	settle(): boolean {
		const settle = this.#settle;
		this.#settle = undefined;
		settle?.();
		return settle !== undefined;
	}

	#next(): unknown {
		const { message } = this;
		const { model, sync, meddle } = this.#user;
		sync.call(this.#user);
		equal(model.oldest, message, `${message.name} is asked, and is the oldest`);
		equal(this.#isOver, false, `${message.name} is over`);
		equal(this.#settle, undefined, `${message.name} is pending`);
		model.begin();
		meddle?.();
		const random = this.#random;
		if (message.fate) {
			// It was lost meanwhile: what is given now does not matter.
			if (random.next() < 0.3) throw new Error("the sensor is gone");
			return { value: random.pick([5, new ArrayBuffer(0), new ArrayBuffer(9)]), done: random.next() < 0.5 };
		}
		let step: Step = random.next() < 0.2 ? "empty" : "piece";
		if (this.#left-- <= 0) step = this.#last;
		this.#isOver = step === "end" || step === "throw";
		if (this.#habit === "now" || (this.#habit === "both" && random.next() < 0.5)) {
			const result = this.#give(step);
			if (step === "throw") throw new Error("the sensor is gone");
			return result;
		}
		return new Thenable((resolve, reject) => {
			if (this.#habit === "never" && this.#isOver) return;
			this.#settle = () => this.#settleWith(step, resolve, reject);
			if (random.next() < 0.2) this.settle();
		});
	}

	#settleWith(step: Step, resolve: Resolve, reject: Reject): void {
		this.#user.sync();
		const result = this.#give(step);
		if (step === "throw") reject(new Error("the sensor is gone"));
		else resolve(result);
	}

	/** Records what the source gives. */
	#give(step: Step): unknown {
		const { message } = this;
		if (message.fate) return { done: true };
		this.hasEnded = step === "end" || step === "throw";
		if (step === "end") return { done: true };
		if (step === "empty") return { value: new ArrayBuffer(0), done: false };
		if (step === "piece") {
			const piece = Buffer.alloc(this.#random.pick(this.#lengths), `${message.name},`);
			message.bytes = Buffer.concat([message.bytes, piece]);
			return { value: this.#random.next() < 0.5 ? piece : new Uint8Array(piece).buffer, done: false };
		}
		if (this.#user.model.failSource()) this.#user.cutOff();
		return { value: 5, done: false };
	}

	#return(): unknown {
		equal(this.message.fate, "lost", `return() of ${this.message.name}`);
		equal(this.hasReturned, false, `return() of ${this.message.name} was called`);
		this.hasReturned = true;
		this.#user.meddle?.();
		return {};
	}
}
