/** A function that is called when an event is emitted. `this` is the emitter. */
// biome-ignore lint/suspicious/noExplicitAny: a listener takes the arguments of its event, whatever they are
export type Listener = (...args: any[]) => void;

/** The events of a class: the arguments of each by its name. */
export type EventMap = Record<string, unknown[]>;

/** A listener that is called once. */
interface Once {
	readonly listener: Listener;
}

type Entry = Listener | Once;

/** The listeners of an object. One stands by itself, several in an array that is replaced, never changed: emitting needs no copy. */
interface Entries {
	[event: string]: Entry | readonly Entry[] | undefined;
	/** By its name it is found faster. */
	message?: Entry | readonly Entry[];
}

/** The listeners of an object that has none: reading them needs no test for that. */
const noEntries: Entries = Object.freeze(Object.create(null) as Entries);
// Constants of the module, for XS copies a literal whenever it is evaluated.
const functionType = "function";
const messageEvent = "message";
const errorEvent = "error";

/**
 * An EventEmitter with the names and rules of Node's, but for two, for nobody is there to catch on a device:
 * a listener that throws is traced, and the others run; an "error" that nobody listens to is traced, not thrown.
 */
export class Emitter<Events extends EventMap> {
	declare private entries: Entries;

	constructor() {
		this.entries = noEntries;
	}

	/** Calls a listener whenever the event is emitted. @throws TypeError when it is not a function. */
	on<Name extends keyof Events & string>(event: Name, listener: (...args: Events[Name]) => void): this {
		return this.add(event, checked(listener));
	}

	/** The same as on(). */
	addListener<Name extends keyof Events & string>(
		event: Name,
		listener: (...args: Events[Name]) => void,
	): this {
		return this.add(event, checked(listener));
	}

	/** Calls a listener the next time the event is emitted. @throws TypeError when it is not a function. */
	once<Name extends keyof Events & string>(event: Name, listener: (...args: Events[Name]) => void): this {
		return this.add(event, { listener: checked(listener) });
	}

	/** Removes the listener that was added last among those that are the same function. */
	off<Name extends keyof Events & string>(event: Name, listener: (...args: Events[Name]) => void): this {
		return this.removeListener(event, listener);
	}

	/** The same as off(). */
	removeListener<Name extends keyof Events & string>(
		event: Name,
		listener: (...args: Events[Name]) => void,
	): this {
		const found = this.entries[event];
		if (found) {
			const list = listOf(found);
			const index = list.findLastIndex((entry) => listenerOf(entry) === listener);
			if (index >= 0) this.remove(event, list, index);
		}
		return this;
	}

	/** Removes every listener of an event, or of all events. */
	removeAllListeners(event?: keyof Events & string): this {
		if (event === undefined) this.entries = noEntries;
		else if (this.entries !== noEntries) delete this.entries[event];
		return this;
	}

	/** How many listeners an event has. */
	listenerCount(event: keyof Events & string): number {
		const found = this.entries[event];
		return found ? listOf(found).length : 0;
	}

	/** Calls the listeners of an event in the order in which they were added. Returns whether there were any. */
	emit<Name extends keyof Events & string>(event: Name, ...args: Events[Name]): boolean {
		const found = this.entries[event];
		if (found === undefined) return this.ignore(event, args[0]);
		this.callAll(event, listOf(found), args);
		return true;
	}

	/** emit() for up to two arguments: a single listener costs no array for them. */
	protected fire(event: keyof Events & string, first?: unknown, second?: unknown): boolean {
		const found = this.entries[event];
		if (!found) return this.ignore(event, first);
		if (typeof found === "function") {
			try {
				if (second !== undefined) found.call(this, first, second);
				else if (first !== undefined) found.call(this, first);
				else found.call(this);
			} catch (error) {
				traceException(event, error);
			}
		} else this.callAll(event, listOf(found), argumentsOf(first, second));
		return true;
	}

	/** fire("message", message, info), for which most connections live. */
	protected fireMessage(message: unknown, info: object): void {
		const found = this.entries.message;
		if (typeof found !== functionType) this.fire(messageEvent, message, info);
		else
			try {
				(found as Listener).call(this, message, info);
			} catch (error) {
				traceException(messageEvent, error);
			}
	}

	private ignore(event: string, first: unknown): false {
		if (event === errorEvent) trace(`xs-web-socket: error: ${first}\n`);
		return false;
	}

	/** By index: an iterator costs more than most listeners. */
	private callAll(event: string, list: readonly Entry[], args: unknown[]): void {
		const { length } = list;
		for (let index = 0; index < length; index++) this.call(event, list[index] as Entry, args);
	}

	private call(event: string, entry: Entry, args: unknown[]): void {
		let listener = entry as Listener;
		if (typeof entry !== "function") {
			const found = this.entries[event];
			const list = found ? listOf(found) : [];
			const index = list.indexOf(entry);
			// It may have been called from inside a listener that ran before it.
			if (index < 0) return;
			this.remove(event, list, index);
			listener = entry.listener;
		}
		try {
			listener.apply(this, args);
		} catch (error) {
			traceException(event, error);
		}
	}

	private add(event: string, entry: Entry): this {
		if (this.entries === noEntries) this.entries = Object.create(null) as Entries;
		const found = this.entries[event];
		this.entries[event] = found === undefined ? entry : [...listOf(found), entry];
		return this;
	}

	private remove(event: string, list: readonly Entry[], index: number): void {
		const { entries } = this;
		const rest = list.filter((_, position) => position !== index);
		if (rest.length > 1) entries[event] = rest;
		else if (rest[0]) entries[event] = rest[0];
		else delete entries[event];
	}
}

function checked(listener: unknown): Listener {
	if (typeof listener !== "function")
		throw new TypeError(`a listener must be a function, not ${String(listener)}`);
	return listener as Listener;
}

function listOf(found: Entry | readonly Entry[]): readonly Entry[] {
	return Array.isArray(found) ? found : [found as Entry];
}

function listenerOf(entry: Entry): Listener {
	return typeof entry === "function" ? entry : entry.listener;
}

function argumentsOf(first: unknown, second: unknown): unknown[] {
	if (second !== undefined) return [first, second];
	return first !== undefined ? [first] : [];
}

function traceException(event: string, error: unknown): void {
	const text = error instanceof Error && error.stack ? `${error}\n${error.stack}` : String(error);
	trace(`xs-web-socket: a listener for "${event}" threw ${text}\n`);
}
