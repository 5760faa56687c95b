/** A mocked clock for device modules that run in Node.js. Import it before they run. */
import { mock } from "node:test";

mock.timers.enable({ apis: ["setTimeout"] });

/** Advances the clock and runs the timers that are due. Timers set meanwhile start at the end of that time. */
export function pass(milliseconds: number): void {
	mock.timers.tick(milliseconds);
}

/** Runs the timers that are due in a later turn, without advancing the clock. */
export function nextTurn(): void {
	pass(0);
}
