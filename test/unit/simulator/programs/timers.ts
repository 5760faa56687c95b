/** Runs every kind of timer once. */

import Timer from "timer";

let repeats = 0;
let constructed = false;

const cleared = Timer.set(() => trace("cleared timer fired\n"), 5);
Timer.set(() => trace(`zero ${constructed}\n`));
Timer.set(function (this: unknown, timer) {
	trace(`this ${this === globalThis} ${timer === own}\n`);
	Timer.clear(timer);
}, 1);
const own = Timer.set(function (this: unknown, timer) {
	trace(`own ${this === globalThis} ${timer === own}\n`);
}, 2);
const parked = Timer.set(() => trace("parked timer fired\n"), 5);
Timer.schedule(parked);
const repeating = Timer.repeat((timer) => {
	trace(`repeat ${++repeats} ${timer === repeating}\n`);
	if (repeats < 3) return;
	Timer.clear(timer);
	fireLate();
}, 10);

function fireLate(): void {
	let late = 0;
	Timer.set(
		(timer) => {
			trace(`late ${++late}\n`);
			if (late < 2) return;
			Timer.clear(timer);
			fireScheduled();
		},
		10,
		5,
	);
}

function fireScheduled(): void {
	let scheduled = 0;
	Timer.set((timer) => {
		trace(`scheduled ${++scheduled}\n`);
		if (scheduled === 1) Timer.schedule(timer, 5, 5);
		if (scheduled < 3) return;
		Timer.clear(timer);
		fireAfterStall();
	}, 10);
}

function fireAfterStall(): void {
	const start = Date.now();
	Timer.set(() => trace("second, created first\n"), 20);
	Timer.set(() => trace("first to be due, created second\n"), 5);
	const victim = Timer.set(() => trace("cleared by another of the same time\n"), 5);
	Timer.set(() => {
		trace("third\n");
		end();
	}, 5);
	Timer.set(() => Timer.clear(victim), 0);
	Timer.delay(50);
	trace(`stalled ${Date.now() - start >= 50}\n`);
}

function end(): void {
	for (const nothing of [undefined, null, {}, cleared, 7]) Timer.clear(nothing as typeof cleared);
	try {
		Timer.schedule(cleared, 1);
	} catch {
		trace("a cleared timer cannot be scheduled\n");
	}
	try {
		Timer.set(undefined as unknown as () => void);
	} catch {
		trace("a timer needs a callback\n");
	}
	Timer.schedule(parked, 1);
	Timer.set(() => trace("done\n"), 20);
}

Timer.clear(cleared);
constructed = true;
