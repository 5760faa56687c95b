import { after, guard } from "../channel/timers.js";

/**
 * What became of a message that was queued: it was handed to the socket completely, or it will never be; or it was replaced
 * by a newer one with the same key before.
 */
export type Fate = "sent" | "lost" | "replaced";

type Listener = (fate: Fate) => void;

/**
 * Tells what becomes of queued messages with a callback. Messages are known by their number among the accepted ones: they
 * leave the queue in that order, so the number of those that have left tells which are sent. Sending costs no more.
 */
export class Fates {
	/** Numbers of the messages that wait, in ascending order, and the callback of each. */
	private readonly numbers: number[];
	private readonly listeners: Listener[];
	/** Callbacks of lost and replaced messages, which are called in a later turn. */
	private due: (() => void)[];

	constructor() {
		this.numbers = [];
		this.listeners = [];
		this.due = [];
	}

	/** Adds the message that was accepted last: behind the others, or in the place of another one, which it has replaced. */
	add(number: number, listener: Listener): void {
		let place = this.numbers.length;
		while (place > 0 && (this.numbers[place - 1] as number) > number) place--;
		this.numbers.splice(place, 0, number);
		this.listeners.splice(place, 0, listener);
	}

	/** A message that waits is replaced by a newer one, which takes its number. */
	replace(number: number): void {
		this.end(number, "replaced");
	}

	/** The first `left` messages have left the queue. Not called inside a method of the connection: it calls back. */
	settle(left: number): void {
		// Read anew each time: a callback may add messages, or lose all.
		while ((this.numbers[0] ?? left + 1) <= left) {
			const listener = this.listeners[0] as Listener;
			this.numbers.splice(0, 1);
			this.listeners.splice(0, 1);
			guard(() => listener("sent"));
		}
	}

	/**
	 * The oldest message in the queue is discarded.
	 * @param left Messages that have left before.
	 * @param follows True when an older one, of which parts were sent, waits outside of the queue.
	 */
	discardOldest(left: number, follows: boolean): void {
		this.end(left + (follows ? 2 : 1), "lost");
		const index = follows ? this.numbers.indexOf(left + 1) : -1;
		// It leaves after the one that is discarded.
		if (index >= 0) this.numbers[index] = left + 2;
	}

	/**
	 * All messages that wait are lost.
	 * @param left Messages that have left before; a callback of one of them may be the caller.
	 */
	loseAll(left: number): void {
		this.numbers
			.filter((number) => number > left)
			.forEach((number) => {
				this.end(number, "lost");
			});
	}

	private end(number: number, fate: Fate): void {
		const index = this.numbers.indexOf(number);
		if (index < 0) return;
		const listener = this.listeners[index] as Listener;
		this.numbers.splice(index, 1);
		this.listeners.splice(index, 1);
		if (this.due.length === 0) after(0, () => this.tellDue());
		this.due.push(() => listener(fate));
	}

	private tellDue(): void {
		const { due } = this;
		this.due = [];
		due.forEach((callback) => {
			guard(callback);
		});
	}
}
