import Timer from "timer";
import type { Case } from "./case.js";

/** Measures a turn of count(), on devices that can do it themselves. */
export interface Meter {
	/** Called before each turn. */
	start(): void;
	/** Called after each turn; returns the text to trace after "mark". */
	read(): string;
}

/** A warm-up, and three pairs of turns: one turn alone may contain what the engine does besides. */
const turnsOfCase = 7;

/**
 * Runs each case in seven turns and traces "mark" after each: one batch, then three times `messages` and twice as
 * many. The difference between the medians of both is the cost of `messages` messages.
 * @param messages number of messages, a multiple of every batch
 */
export function count(cases: readonly Case[], messages: number, done: () => void, meter?: Meter): void {
	let turn = 0;
	const timer = Timer.repeat(() => {
		const each = cases[Math.floor(turn / turnsOfCase)];
		if (each) {
			const part = turn++ % turnsOfCase;
			meter?.start();
			each.run(part === 0 ? each.batch : messages * (2 - (part & 1)));
			return trace(`mark ${meter?.read() ?? ""}\n`);
		}
		Timer.clear(timer);
		done();
	}, 1);
}
