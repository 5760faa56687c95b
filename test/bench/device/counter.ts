import Timer from "timer";
import type { Case } from "./case.js";

/** Measures what happens in a turn of count(), where the device can do that itself. */
export interface Meter {
	/** Called at the beginning of each turn. */
	start(): void;
	/** Called at its end: what to trace behind "mark". */
	read(): string;
}

const turnsOfCase = 3;

/**
 * Runs each case in three turns, each of which ends with a trace of "mark": one batch, then `messages`, then twice
 * as many. Who knows what the last two have cost knows what a message costs.
 * @param messages A multiple of every batch.
 */
export function count(cases: readonly Case[], messages: number, done: () => void, meter?: Meter): void {
	let turn = 0;
	const timer = Timer.repeat(() => {
		const each = cases[Math.floor(turn / turnsOfCase)];
		if (each) {
			const part = turn++ % turnsOfCase;
			meter?.start();
			each.run(part === 0 ? each.batch : part * messages);
			return trace(`mark ${meter?.read() ?? ""}\n`);
		}
		Timer.clear(timer);
		done();
	}, 1);
}
