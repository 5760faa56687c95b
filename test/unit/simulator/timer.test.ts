import test from "ava";
import { startDevice } from "./support.js";

test("timers fire in order of creation, repeat, stop, and can be suspended and rescheduled", async (t) => {
	const device = await startDevice(t, "timers");
	await device.line(/^done$/);
	t.deepEqual(device.lines, [
		"zero true",
		"this true false",
		"own true true",
		"repeat 1 true",
		"repeat 2 true",
		"repeat 3 true",
		"late 1",
		"late 2",
		"scheduled 1",
		"scheduled 2",
		"scheduled 3",
		"stalled true",
		// All are due after the delay, so they fire in order of creation.
		"second, created first",
		"first to be due, created second",
		"cleared by another of the same time",
		"third",
		"a cleared timer cannot be scheduled",
		"a timer needs a callback",
		"parked timer fired",
		"done",
	]);
});
