/** What identifies a case of the benchmark: see device/case.ts. */
export interface CaseName {
	subject: string;
	work: string;
	role: string;
	octets: number;
}

/** What the engine has spent, in a turn or in all. */
export interface Expense {
	/** Instructions. */
	computrons?: number;
	/** Slots taken, garbage included. */
	slots?: number;
	/** Octets of chunks taken, garbage included. */
	chunks?: number;
}

/** Takes in what the benchmark traces on its device: see device/run.ts. */
export class Collector {
	cases: CaseName[] = [];
	/** Nanoseconds a message, of each case. */
	times: number[] = [];
	/** Of each turn of count(). */
	readonly #turns: Expense[] = [];
	#before: Required<Expense> = { computrons: 0, slots: 0, chunks: 0 };
	readonly done: Promise<void>;
	#finish: () => void = () => {};

	constructor() {
		this.done = new Promise((resolve) => {
			this.#finish = resolve;
		});
	}

	/** @param meter what the engine has spent in all, where the device cannot tell itself */
	take(line: string, meter?: { computrons: number; slots: number }): void {
		const [word = "", rest = ""] = line.split(/ (.*)/s, 2);
		if (word === "cases") this.cases = JSON.parse(rest);
		else if (word === "times") this.times = JSON.parse(rest);
		else if (word === "mark") this.#turns.push(meter ? this.#spent(meter) : JSON.parse(rest));
		else if (word === "done") this.#finish();
		else console.error(line);
	}

	/**
	 * What each case takes a message.
	 * @param messages as many as count() was told
	 */
	expenses(messages: number): Expense[] {
		return this.cases.map((_, index) => {
			// Of three turns of a case the last two matter.
			const once: Expense = this.#turns[3 * index + 1] ?? {};
			const twice: Expense = this.#turns[3 * index + 2] ?? {};
			const expense: Expense = {};
			for (const name of ["computrons", "slots", "chunks"] as const) {
				const [less, more] = [once[name], twice[name]];
				if (less !== undefined && more !== undefined) expense[name] = (more - less) / messages;
			}
			return expense;
		});
	}

	#spent({ computrons, slots }: { computrons: number; slots: number }): Expense {
		const spent = { computrons: computrons - this.#before.computrons, slots: slots - this.#before.slots };
		this.#before = { computrons, slots, chunks: 0 };
		return spent;
	}
}
