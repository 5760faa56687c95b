import Timer from "timer";

/** Bounds, in milliseconds. */
export const enum Timeout {
	/** Time for the peer to read a refusal, or the close frame after a violation, before the connection ends. */
	linger = 500,
	/** Time in which a client must take a part of a page. */
	page = 5000,
	/** Time in which a new connection does not end for one that waits. */
	room = 1000,
	/** The same with a page, in addition. */
	pageRoom = 9000,
}

/**
 * Runs an action in a later turn, for events that must not come from inside a method.
 * @param milliseconds 0 for as soon as possible.
 */
export const after = (milliseconds: number, action: () => void): Timer => {
	return Timer.set(() => guard(action), milliseconds);
};

/** Receives the calls of a repeating timer. */
export interface Ticking {
	tick(): void;
}

type TickTimer = Timer & { target: Ticking };

/** Calls tick() at a fixed interval, in milliseconds. The timer has a target instead of two closures. */
export const tickEvery = (milliseconds: number, target: Ticking): Timer => {
	const timer = Timer.repeat(onTick, milliseconds) as TickTimer;
	timer.target = target;
	return timer;
};

const onTick = (timer: Timer): void => {
	guard((timer as TickTimer).target.tick, (timer as TickTimer).target);
};

/** Runs the work of a callback, because an uncaught exception ends the device. */
export const guard = (action: () => void, target?: object): void => {
	try {
		action.call(target);
	} catch (error) {
		trace(`xs-web-socket: ${textOf(error)}\n`);
	}
};

/** Returns a text for what was thrown. An app can throw anything, also what has no text: a Symbol in a template, for one, throws. */
export const textOf = (thrown: unknown): string => {
	try {
		return String(thrown);
	} catch {
		return "an exception without a text";
	}
};
