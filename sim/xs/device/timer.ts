/** Stand-in for the SDK's `timer`: milliseconds, repeats without drift, callbacks in order of creation. */

import { Event, Operation, Query } from "../protocol.js";
import { WireWriter } from "../wire.js";
import { now, onEvent, onReply, operations, post, query } from "./machine.js";

type TimerCallback = (timer: Timer) => void;

const timers: Timer[] = [];
/** Time of the alarm set in the simulator; Infinity if none is set. */
let alarm = Number.POSITIVE_INFINITY;
let running = false;

class Timer {
	private callback: TimerCallback | undefined;
	private trigger: number;
	private repeat: number;
	private scheduled = true;
	private firing = false;

	private constructor(callback: TimerCallback, interval: number, repeat: number) {
		this.callback = callback;
		this.trigger = now() + interval;
		this.repeat = repeat;
		timers.push(this);
	}

	static set(callback: TimerCallback, interval: number = 0, repeat: number = 0): Timer {
		if ((typeof callback !== "object" && typeof callback !== "function") || callback === null)
			throw new TypeError("cannot coerce to reference");
		return new Timer(callback, interval | 0, repeat | 0);
	}

	static repeat(callback: TimerCallback, interval: number): Timer {
		return Timer.set(callback, interval, interval);
	}

	/** Reschedules a timer. Without an interval the timer is kept but does not fire. */
	static schedule(timer: Timer, ...times: [interval?: number, repeat?: number]): void {
		if (!(timer instanceof Timer && timer.callback))
			throw new SyntaxError("C: xsGetHostData: invalid host data");
		if (times.length === 0) {
			timer.scheduled = false;
			timer.firing = false;
			timer.repeat = -1;
			return;
		}
		timer.trigger = now() + ((times[0] as number) | 0);
		timer.repeat = (times[1] ?? 0) | 0;
		timer.scheduled = true;
	}

	/** Ignores anything that is not a running timer. */
	static clear(timer?: unknown): void {
		if (timer instanceof Timer) timer.remove();
	}

	/** Blocks the whole machine, as on a device. */
	static delay(milliseconds: number): void {
		query(Query.Delay, new WireWriter(16).float64(milliseconds | 0));
	}

	/** Fires the timers that are due. Timers created meanwhile fire in the next call. */
	static deliver(): void {
		const time = now();
		for (const timer of timers) timer.firing = timer.scheduled && timer.trigger <= time;
		for (const timer of timers.slice()) timer.fire();
	}

	/** Time at which the next timer is due. */
	static next(): number {
		let next = Number.POSITIVE_INFINITY;
		for (const timer of timers) if (timer.scheduled && timer.trigger < next) next = timer.trigger;
		return next;
	}

	private fire(): void {
		if (!this.firing) return;
		this.firing = false;
		this.trigger += this.repeat;
		this.callback?.call(globalThis, this);
		if (this.repeat === 0) this.remove();
	}

	private remove(): void {
		const index = timers.indexOf(this);
		if (index >= 0) timers.splice(index, 1);
		this.callback = undefined;
		this.scheduled = false;
		this.firing = false;
	}
}

const firing = {
	deliver(): void {
		running = false;
		Timer.deliver();
	},
};

onEvent(Event.Alarm, () => {
	alarm = Number.POSITIVE_INFINITY;
	if (running) return;
	running = true;
	post(firing);
});

onReply(() => {
	const next = Timer.next();
	if (next === alarm) return;
	alarm = next;
	operations
		.uint8(Operation.Alarm)
		.float64(next === Number.POSITIVE_INFINITY ? -1 : Math.max(0, next - now()));
});

// Hides deliver() and next() from the program.
const { set, repeat, schedule, clear, delay } = Timer;
export default { set, repeat, schedule, clear, delay };
