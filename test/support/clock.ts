/** A clock that stands still until a test moves it, for device modules that run in Node. Import it before they run. */
import { mock } from "node:test";

mock.timers.enable({ apis: ["setTimeout"] });

/** Lets time pass: timers that are due run. Those that they set count from the end of that time. */
export function pass(milliseconds: number): void {
	mock.timers.tick(milliseconds);
}

/** Runs what is due in a later turn, without any time passing. */
export function nextTurn(): void {
	pass(0);
}
