import Timer from "timer";

/**
 * Runs an action in a later turn: events that must not come from inside a method are emitted so.
 * @param milliseconds 0 for as soon as possible.
 */
export function after(milliseconds: number, action: () => void): Timer {
	return Timer.set(() => guard(action), milliseconds);
}

/** Something that a timer calls again and again. */
export interface Ticking {
	tick(): void;
}

type TickTimer = Timer & { target: Ticking };

/** Calls tick() every so many milliseconds. The timer carries its target, which spares each one two closures. */
export function tickEvery(milliseconds: number, target: Ticking): Timer {
	const timer = Timer.repeat(onTick, milliseconds) as TickTimer;
	timer.target = target;
	return timer;
}

function onTick(timer: Timer): void {
	guard((timer as TickTimer).target.tick, (timer as TickTimer).target);
}

/** Runs what a callback leads to: an exception that leaves a callback ends the machine. */
export function guard(action: () => void, target?: object): void {
	try {
		action.call(target);
	} catch (error) {
		trace(`xs-web-socket: ${error}\n`);
	}
}

/**
 * Traces what was thrown by a write to a socket, when it is not how a socket fails that has ended or is full but a
 * mistake in a program, which must not stay hidden. It is not thrown on: some sockets fail so after their end, too.
 */
export function traceMistake(error: unknown): void {
	if (error instanceof TypeError || error instanceof ReferenceError) trace(`xs-web-socket: ${error}\n`);
}
