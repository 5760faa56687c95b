/** Identifies a case of the benchmark: see device/case.ts. */
export interface CaseName {
	subject: string;
	work: string;
	role: string;
	bytes: number;
}

/** Resources used by the engine, per turn or in total. */
export interface Expense {
	/** Executed instructions. */
	computrons?: number;
	/** Allocated slots, including garbage. */
	slots?: number;
	/** Allocated bytes of chunks, including garbage. */
	chunks?: number;
}

/** Parses the trace of the benchmark on the device: see device/run.ts. */
export class Collector {
	cases: CaseName[] = [];
	/** Nanoseconds per message of each case. */
	times: number[] = [];
	/** Resources used in each turn of count(). */
	readonly #turns: Expense[] = [];
	#before: Required<Expense> = { computrons: 0, slots: 0, chunks: 0 };
	readonly done: Promise<void>;
	#finish: () => void = () => {};

	constructor() {
		this.done = new Promise((resolve) => {
			this.#finish = resolve;
		});
	}

	/** @param meter total resources used by the engine, if the device cannot measure them itself */
	take(line: string, meter?: { computrons: number; slots: number }): void {
		const [word = "", rest = ""] = line.split(/ (.*)/s, 2);
		if (word === "cases") this.cases = JSON.parse(rest);
		else if (word === "times") this.times = JSON.parse(rest);
		else if (word === "mark") this.#turns.push(meter ? this.#spent(meter) : JSON.parse(rest));
		else if (word === "done") this.#finish();
		else console.error(line);
	}

	/**
	 * Returns the resources that each case uses per message.
	 * @param messages number of messages passed to count()
	 */
	expenses(messages: number): Expense[] {
		return this.cases.map((_, index) => {
			// Seven turns, see device/counter.ts. The first is a warm-up.
			const turns = this.#turns.slice(7 * index + 1, 7 * index + 7);
			const expense: Expense = {};
			for (const name of ["computrons", "slots", "chunks"] as const) {
				const once = median(turns.filter((_, turn) => turn % 2 === 0).map((turn) => turn[name]));
				const twice = median(turns.filter((_, turn) => turn % 2 === 1).map((turn) => turn[name]));
				if (once !== undefined && twice !== undefined) expense[name] = (twice - once) / messages;
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

/** Returns the middle one of three numbers, or undefined if the engine does not measure them. */
function median(values: readonly (number | undefined)[]): number | undefined {
	return values.filter((value) => value !== undefined).sort((a, b) => a - b)[1];
}
