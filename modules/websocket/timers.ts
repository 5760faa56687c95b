import Timer from "timer";

/**
 * Runs an action in a later turn: events that must not come from inside a method are emitted so.
 * @param milliseconds 0 for as soon as possible.
 */
export function after(milliseconds: number, action: () => void): Timer {
	return Timer.set(guarded(action), milliseconds);
}

/** Runs an action again and again, every so many milliseconds. */
export function every(milliseconds: number, action: () => void): Timer {
	return Timer.repeat(guarded(action), milliseconds);
}

/** What leaves a callback ends the machine. */
function guarded(action: () => void): () => void {
	return () => {
		try {
			action();
		} catch (error) {
			trace(`xs-web-socket: ${error}\n`);
		}
	};
}
