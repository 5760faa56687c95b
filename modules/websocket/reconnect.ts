import Timer from "timer";
import { after, textOf } from "../channel/timers.js";
import { Backoff } from "./backoff.js";
import type { Failure, Writable } from "./failure.js";
import { integerOption, isObject, numberOption, type RawOptions, wrongType } from "./options.js";

/** How a Client connects again. `undefined` and `null` stand for the default. */
export interface ReconnectOptions {
	/** Shortest pause before an attempt, in milliseconds, from 1 to 86400000. Default 1000. */
	readonly minimum?: number | null;
	/** Longest pause, in milliseconds, from `minimum` to 86400000; a server can ask for more. Default 60000, or `minimum`. */
	readonly maximum?: number | null;
	/** Factor by which the longest pause to choose from grows with each attempt, from 1 to 100. Default 2. */
	readonly factor?: number | null;
	/**
	 * Part of the pause that is left to chance, from 0 (none) to 1 (full jitter: between `minimum` and the longest pause to
	 * choose from). Default 1.
	 */
	readonly jitter?: number | null;
	/** Milliseconds that a connection has to last until pauses are short again, from 0 to 2147483647. Default 20000. */
	readonly stableAfter?: number | null;
	/**
	 * Called with each failure that is not permanent: true makes it permanent. An exception is traced and counts as false.
	 * @param reason Why the attempt failed, or the reason with which the connection was closed.
	 */
	readonly isPermanent?: ((failure: Failure, reason: string) => boolean) | null;
}

/** Longest pause that may be configured, in milliseconds. */
const longestPause = 86_400_000;

/** How one Client connects again. Only a Client with the option has one. */
export class Reconnect {
	/** False once the app has closed the client. */
	isWanted: boolean;
	/** True once a connection was open: what numberOfRetries bounds is over. */
	hasConnected: boolean;
	private readonly backoff: Backoff;
	private readonly stableAfter: number;
	private readonly judge: ((failure: Failure, reason: string) => unknown) | undefined;
	/** While a connection is open that has not lasted for `stableAfter`. */
	private timer: Timer | undefined;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(raw: RawOptions) {
		// Named as errors show them.
		const options: RawOptions = {
			"reconnect.minimum": raw["minimum"],
			"reconnect.maximum": raw["maximum"],
			"reconnect.factor": raw["factor"],
			"reconnect.jitter": raw["jitter"],
			"reconnect.stableAfter": raw["stableAfter"],
		};
		const minimum = integerOption(options, "reconnect.minimum", 1000, 1, longestPause);
		const longest = Math.max(60_000, minimum);
		const maximum = integerOption(options, "reconnect.maximum", longest, minimum, longestPause);
		const factor = numberOption(options, "reconnect.factor", 2, 1, 100);
		const jitter = numberOption(options, "reconnect.jitter", 1, 0, 1);
		const judge = raw["isPermanent"] ?? undefined;
		if (judge !== undefined && typeof judge !== "function")
			throw wrongType("reconnect.isPermanent", judge, "a function");
		this.isWanted = false;
		this.hasConnected = false;
		this.backoff = new Backoff(minimum, maximum, factor, jitter);
		this.stableAfter = integerOption(options, "reconnect.stableAfter", 20_000);
		this.judge = judge as Reconnect["judge"];
		this.timer = undefined;
	}

	/** The app has called open(): a first connection is made. */
	onStart(): void {
		this.isWanted = true;
		this.hasConnected = false;
	}

	onOpened(): void {
		this.hasConnected = true;
		this.timer = after(this.stableAfter, () => {
			this.timer = undefined;
			this.backoff.reset();
		});
	}

	onEnded(): void {
		Timer.clear(this.timer);
		this.timer = undefined;
	}

	/** Lets the app decide whether a failure is permanent. The app gets a copy, which it may keep and change. */
	consult(failure: Writable<Failure>, reason: string): void {
		if (!failure.permanent && this.judge)
			try {
				failure.permanent = this.judge.call(undefined, { ...failure }, reason) === true;
			} catch (error) {
				trace(`xs-web-socket: reconnect.isPermanent threw ${textOf(error)}\n`);
			}
	}

	/**
	 * Returns the milliseconds from a failure that is not permanent to the next attempt.
	 * @param fixed The pause before the first connection; undefined when it is over.
	 */
	pauseAfter({ status, retryAfter = 0, code }: Failure, fixed: number | undefined): number {
		// 429: too many requests; 503: service unavailable. Devices that were asked at once do not come back at once.
		const asked = status === 429 || status === 503 ? retryAfter : 0;
		// 1012: service restart; 1013: try again later.
		if (code === 1012 || code === 1013) return this.backoff.nextLong();
		// The longest time of the platform's timers.
		return Math.min(asked + (fixed ?? this.backoff.next()), 0x7fffffff);
	}
}

/** Returns the option `reconnect`. @throws TypeError or RangeError that names the option and its value. */
export const reconnectOption = (options: RawOptions): Reconnect | undefined => {
	const value = options["reconnect"] ?? false;
	if (value === false) return undefined;
	if (value === true) return new Reconnect({});
	if (!isObject(value) || Array.isArray(value))
		throw wrongType("reconnect", value, "true, false or an object");
	return new Reconnect(value as RawOptions);
};
