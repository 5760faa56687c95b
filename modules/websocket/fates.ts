import { after, guard } from "../channel/timers.js";

/** What became of a message that was queued: it was handed to the socket completely, or it will never be. */
export type Fate = "sent" | "lost";

type Listener = (fate: Fate) => void;

/**
 * Tells what becomes of queued messages with a callback. Messages are known by their number among the accepted ones: they
 * leave the queue in that order, so the number of those that have left tells which are sent. Sending costs no more.
 */
export class Fates {
	/** Numbers of the messages that wait, in ascending order, and the callback of each. */
	private readonly numbers: number[];
	private readonly listeners: Listener[];
	/** Callbacks of lost messages, which are called in a later turn. */
	private lost: Listener[];

	constructor() {
		this.numbers = [];
		this.listeners = [];
		this.lost = [];
	}

	/** Adds the message that was accepted last. */
	add(number: number, listener: Listener): void {
		this.numbers.push(number);
		this.listeners.push(listener);
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
		this.lose(left + (follows ? 2 : 1));
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
				this.lose(number);
			});
	}

	private lose(number: number): void {
		const index = this.numbers.indexOf(number);
		if (index < 0) return;
		this.numbers.splice(index, 1);
		if (this.lost.length === 0) after(0, () => this.tellLost());
		this.lost.push(this.listeners.splice(index, 1)[0] as Listener);
	}

	private tellLost(): void {
		const { lost } = this;
		this.lost = [];
		lost.forEach((listener) => {
			guard(() => listener("lost"));
		});
	}
}
