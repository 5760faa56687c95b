import Timer from "timer";
import type { Step } from "./steps.js";

/** Turns after a step until it is read: its work may be deferred, and what is deferred may defer again. */
const turns = 3;

/**
 * Runs the steps and traces "step NAME" after each, when its deferred work is done.
 * @param read returns text to add to that line
 */
export function walk(steps: readonly Step[], done: () => void, read = () => ""): void {
	let index = 0;
	let turn = 0;
	const next = (): void => {
		const step = steps[index];
		if (!step) return done();
		if (turn === 0) step.run();
		if (turn++ === turns) {
			trace(`step ${step.name} ${read()}\n`);
			turn = 0;
			index++;
		}
		// A new timer each time, behind those that the step has set: a repeating timer whose time passed during a long step
		// would come before them.
		Timer.set(next, 1);
	};
	Timer.set(next, 1);
}
