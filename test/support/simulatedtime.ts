/**
 * Simulated time for device modules that run in Node.js: a day passes in a second. Replaces setTimeout, clearTimeout and
 * Date.now. Timers are called in the order in which they are due, each at its own time.
 */

interface Pending {
	readonly at: number;
	readonly callback: () => void;
}

const pending = new Set<Pending>();
let now = 0;

Object.assign(globalThis, {
	setTimeout(callback: () => void, milliseconds = 0): Pending {
		const entry = { at: now + Math.max(milliseconds, 0), callback };
		pending.add(entry);
		return entry;
	},
	clearTimeout(entry: Pending): void {
		pending.delete(entry);
	},
});
Date.now = () => now;

/** Milliseconds since the start. */
export function time(): number {
	return now;
}

/** Calls a function later. */
export function later(milliseconds: number, callback: () => void): void {
	setTimeout(callback, milliseconds);
}

/** Lets time pass. */
export function passUntil(end: number): void {
	for (;;) {
		let next: Pending | undefined;
		// Of those due at the same time the first one, as a Set keeps the order.
		for (const entry of pending) if (!next || entry.at < next.at) next = entry;
		if (!next || next.at > end) break;
		pending.delete(next);
		now = next.at;
		next.callback();
	}
	now = end;
}

/** Number of timers that are running. */
export function timers(): number {
	return pending.size;
}
