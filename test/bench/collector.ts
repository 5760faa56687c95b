/** What identifies a case of the benchmark: see device/case.ts. */
export interface CaseName {
	subject: string;
	work: string;
	role: string;
	octets: number;
}

/** Takes in what the benchmark traces on its device: see device/run.ts. */
export class Collector {
	cases: CaseName[] = [];
	/** Nanoseconds a message, of each case. */
	times: number[] = [];
	/** The engine's meter at each mark, in computrons. */
	readonly marks: number[] = [];
	/** Anything else. */
	readonly others: string[] = [];
	readonly done: Promise<void>;
	#finish: () => void = () => {};

	constructor() {
		this.done = new Promise((resolve) => {
			this.#finish = resolve;
		});
	}

	/** @param computrons what the engine has computed by then, where that can be told */
	take(line: string, computrons = 0): void {
		const [word = "", rest = ""] = line.split(/ (.*)/s, 2);
		if (word === "cases") this.cases = JSON.parse(rest);
		else if (word === "times") this.times = JSON.parse(rest);
		else if (word === "mark") this.marks.push(computrons);
		else if (word === "done") this.#finish();
		else this.others.push(line);
	}

	/**
	 * Computrons a message, of each case.
	 * @param messages as many as count() was told
	 */
	computrons(messages: number): number[] {
		return this.cases.map((_, index) => {
			const before = this.marks[2 * index] ?? Number.NaN;
			const between = this.marks[2 * index + 1] ?? Number.NaN;
			const after = this.marks[2 * index + 2] ?? Number.NaN;
			return (after - between - (between - before)) / messages;
		});
	}
}
