import Timer from "timer";
import type { Step } from "./steps.js";

/**
 * Runs the steps and traces "step NAME" in the turn after each, when its deferred work is done.
 * @param read returns text to add to that line
 */
export function walk(steps: readonly Step[], done: () => void, read = () => ""): void {
	let turn = 0;
	const timer = Timer.repeat(() => {
		const step = steps[turn >> 1];
		if (!step) {
			Timer.clear(timer);
			done();
		} else if (turn++ & 1) trace(`step ${step.name} ${read()}\n`);
		else step.run();
	}, 1);
}
