import Timer from "timer";
import type { Case } from "./case.js";

/**
 * Runs each case twice, the second time with twice as many messages, each time in a turn of its own that ends with
 * a trace of "mark": whoever reads the engine's meter at the marks knows what a message costs. The first turn is empty.
 * @param messages A multiple of every batch.
 */
export function count(cases: readonly Case[], messages: number, done: () => void): void {
	let step = -1;
	const timer = Timer.repeat(() => {
		const each = cases[step >> 1];
		if (step >= 0 && each) {
			// The first message may cost more.
			each.run(each.batch);
			each.run(messages * ((step & 1) + 1));
		}
		if (++step <= 2 * cases.length) return trace("mark\n");
		Timer.clear(timer);
		done();
	}, 1);
}
