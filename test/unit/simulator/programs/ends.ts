/** Ends in the way that its configuration names. */

import config from "mc/config";
import Timer from "timer";

const { end } = config as { end: string };

function tooFar(): never {
	throw new RangeError("too far");
}

function deep(depth: number): number {
	return deep(depth + 1) + 1;
}

trace("started\n");
if (end === "main module") tooFar();
Timer.set(() => {
	if (end === "callback") tooFar();
	if (end === "rejection") void Promise.reject(new Error("not handled"));
	if (end === "stack") deep(0);
	if (end === "loop") for (;;);
	if (end === "wait") {
		Timer.delay(4000);
		trace("waited\n");
	}
}, 1);
