/** Walks through a step that takes long and defers work twice. */
import Timer from "timer";
import { walk } from "./walk.js";

let state = "too early";

function run(): void {
	Timer.set(() => {
		Timer.delay(3);
		Timer.set(() => {
			state = "in time";
		});
	});
	Timer.delay(3);
}

walk(
	[{ name: "deferring", run }],
	() => trace("done\n"),
	() => state,
);
