import type { Listeners } from "./listeners.js";

/** The events of a class: the arguments of each by its name. */
export type EventMap = Record<string, unknown[]>;

/**
 * An EventEmitter with the names and rules of Node's, with two exceptions, because an uncaught exception ends the device:
 * an exception of a listener is traced and the others are called; an "error" without listeners is traced, not thrown.
 */
export class Emitter<Events extends EventMap> {
	/**
	 * The object beneath the public one, which has all its state: a public class has its documented members only.
	 * @internal
	 */
	protected readonly core: Listeners;

	/** @internal */
	constructor(core: Listeners) {
		this.core = core;
		core.emitter = this;
	}

	/** Calls a listener whenever the event is emitted. @throws TypeError when it is not a function. */
	on<Name extends keyof Events & string>(event: Name, listener: (...args: Events[Name]) => void): this {
		this.core.add(event, listener, false);
		return this;
	}

	/** The same as on(). */
	addListener<Name extends keyof Events & string>(
		event: Name,
		listener: (...args: Events[Name]) => void,
	): this {
		return this.on(event, listener);
	}

	/** Calls a listener the next time the event is emitted. @throws TypeError when it is not a function. */
	once<Name extends keyof Events & string>(event: Name, listener: (...args: Events[Name]) => void): this {
		this.core.add(event, listener, true);
		return this;
	}

	/** Removes a listener; if it was added several times, the most recent instance. */
	off<Name extends keyof Events & string>(event: Name, listener: (...args: Events[Name]) => void): this {
		this.core.remove(event, listener);
		return this;
	}

	/** The same as off(). */
	removeListener<Name extends keyof Events & string>(
		event: Name,
		listener: (...args: Events[Name]) => void,
	): this {
		return this.off(event, listener);
	}

	/** Removes all listeners of an event, or of all events. */
	removeAllListeners(event?: keyof Events & string): this {
		this.core.removeAll(event);
		return this;
	}

	/** Returns the number of listeners of an event. */
	listenerCount(event: keyof Events & string): number {
		return this.core.count(event);
	}

	/** Calls the listeners of an event in the order in which they were added. Returns whether there were any. */
	emit<Name extends keyof Events & string>(event: Name, ...args: Events[Name]): boolean {
		return this.core.emit(event, args);
	}
}
