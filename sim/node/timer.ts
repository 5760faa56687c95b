/** Stand-in for the SDK's `timer` in Node.js. */

class Timer {
	readonly #callback: (timer: Timer) => void;
	#handle: NodeJS.Timeout | undefined;

	private constructor(callback: (timer: Timer) => void) {
		this.#callback = callback;
	}

	static set(callback: (timer: Timer) => void, interval = 0, repeat = 0): Timer {
		const timer = new Timer(callback);
		timer.#start(interval, repeat);
		return timer;
	}

	static repeat(callback: (timer: Timer) => void, interval: number): Timer {
		return Timer.set(callback, interval, interval);
	}

	/** Throws for a timer that was cleared or has fired for the last time, as the SDK does. */
	static schedule(timer: Timer, interval = 0, repeat = 0): void {
		if (!timer.#handle) throw new SyntaxError("C: xsGetHostData: invalid host data");
		Timer.clear(timer);
		timer.#start(interval, repeat);
	}

	static clear(timer?: Timer | null): void {
		if (!timer) return;
		clearTimeout(timer.#handle);
		timer.#handle = undefined;
	}

	/** Blocks the whole process, as on a device. */
	static delay(milliseconds: number): void {
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
	}

	#start(interval: number, repeat: number): void {
		this.#handle = setTimeout(() => {
			const handle = this.#handle;
			this.#callback.call(globalThis, this);
			if (this.#handle !== handle) return;
			if (repeat) this.#start(repeat, repeat);
			else this.#handle = undefined;
		}, interval);
	}
}

export default Timer;
