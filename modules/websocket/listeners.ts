import { guard, textOf } from "../channel/timers.js";

/** A function that is called when an event is emitted. `this` is the emitter. */
// biome-ignore lint/suspicious/noExplicitAny: a listener takes the arguments of its event, whatever they are
export type Listener = (...args: any[]) => void;

/** A listener that is called once. */
interface Once {
	readonly listener: Listener;
}

type Entry = Listener | Once;

/** Listeners by event: one by itself, or several in an array that is copied on write, so that emitting needs no copy. */
interface Entries {
	[event: string]: Entry | readonly Entry[] | undefined;
	/** Named, because XS finds it faster. */
	message?: Entry | readonly Entry[];
}

/** The listeners of an object that has none: reading them needs no test for that. */
const noEntries: Entries = Object.freeze({ __proto__: null } as object as Entries);
// Constants of the module: XS copies a literal each time it is evaluated.
const errorEvent = "error";

/**
 * The listeners of an emitter: Node's rules, with two exceptions, because an uncaught exception ends the device: an
 * exception of a listener is traced and the others are called; an "error" without listeners is traced.
 */
export class Listeners {
	/** `this` of the listeners. */
	emitter: object | undefined;
	protected table: Entries;

	constructor() {
		this.emitter = undefined;
		this.table = noEntries;
	}

	/** @throws TypeError when the listener is not a function. */
	add(event: string, listener: unknown, once: boolean): void {
		if (typeof listener !== "function")
			throw new TypeError(`a listener must be a function, not ${String(listener)}`);
		if (this.table === noEntries) this.table = { __proto__: null } as object as Entries;
		const entry = once ? { listener: listener as Listener } : (listener as Listener);
		const found = this.table[event];
		this.table[event] = found === undefined ? entry : [...listOf(found), entry];
	}

	/** Removes the most recently added instance of a listener. */
	remove(event: string, listener: unknown): void {
		const found = this.table[event];
		if (!found) return;
		const list = listOf(found);
		let index = list.length - 1;
		while (index >= 0 && listenerOf(list[index] as Entry) !== listener) index--;
		if (index >= 0) this.removeAt(event, list, index);
	}

	removeAll(event: string | undefined): void {
		if (event === undefined) this.table = noEntries;
		else if (this.table !== noEntries) delete this.table[event];
	}

	count(event: string): number {
		const found = this.table[event];
		return found ? listOf(found).length : 0;
	}

	/** Calls the listeners of an event in the order in which they were added. Returns whether there were any. */
	emit(event: string, args: unknown[]): boolean {
		const found = this.table[event];
		if (found === undefined) return this.ignore(event, args[0]);
		this.callAll(event, listOf(found), args);
		return true;
	}

	/** emit() for up to two arguments: a single listener needs no array for them. */
	fire(event: string, first?: unknown, second?: unknown): void {
		const found = this.table[event];
		if (!found) this.ignore(event, first);
		else if (typeof found === "function") {
			try {
				if (second !== undefined) found.call(this.emitter, first, second);
				else if (first !== undefined) found.call(this.emitter, first);
				else found.call(this.emitter);
			} catch (error) {
				traceException(event, error);
			}
		} else this.callAll(event, listOf(found), argumentsOf(first, second));
	}

	private ignore(event: string, first: unknown): false {
		if (event === errorEvent) trace(`xs-web-socket: error: ${textOf(first)}\n`);
		return false;
	}

	private callAll(event: string, list: readonly Entry[], args: unknown[]): void {
		const { length } = list;
		for (let index = 0; index < length; index++) this.call(event, list[index] as Entry, args);
	}

	private call(event: string, entry: Entry, args: unknown[]): void {
		let listener = entry as Listener;
		if (typeof entry !== "function") {
			const found = this.table[event];
			const list = found ? listOf(found) : [];
			const index = list.indexOf(entry);
			// A listener that ran before may have emitted the event, too.
			if (index < 0) return;
			this.removeAt(event, list, index);
			listener = entry.listener;
		}
		try {
			listener.call(this.emitter, ...args);
		} catch (error) {
			traceException(event, error);
		}
	}

	private removeAt(event: string, list: readonly Entry[], index: number): void {
		const { table } = this;
		const rest = list.filter((_, position) => position !== index);
		if (rest.length > 1) table[event] = rest;
		else if (rest[0]) table[event] = rest[0];
		else delete table[event];
	}
}

const listOf = (found: Entry | readonly Entry[]): readonly Entry[] => {
	return Array.isArray(found) ? found : [found as Entry];
};

const listenerOf = (entry: Entry): Listener => {
	return typeof entry === "function" ? entry : entry.listener;
};

const argumentsOf = (first: unknown, second: unknown): unknown[] => {
	if (second !== undefined) return [first, second];
	return first !== undefined ? [first] : [];
};

export const traceException = (event: string, error: unknown): void => {
	// Getters of what was thrown may throw, too.
	guard(() => {
		const stack = error instanceof Error && error.stack ? `\n${error.stack}` : "";
		trace(`xs-web-socket: a listener for "${event}" threw ${textOf(error)}${stack}\n`);
	});
};
