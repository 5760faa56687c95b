import Timer from "timer";
import type { Channel } from "../channel/contract.js";
import { type Dial, type DialListener, dial } from "../channel/dial.js";
import { type DialFailure, failureOf } from "../channel/failure.js";
import { hostNetwork } from "../channel/network.js";
import { after, tickEvery } from "../channel/timers.js";
import { CloseCode } from "../rfc6455/closecode.js";
import { ConnectionCore, State } from "./connectioncore.js";
import { type Target, targetOption } from "./handshakeoptions.js";
import { booleanOption, integerOption, type RawOptions } from "./options.js";
import { ConnectionSettings } from "./settings.js";

/** Defaults of `connectTimeout`, in milliseconds. */
const enum ConnectTimeout {
	/** That of the accessor specification. */
	plain = 1000,
	/** A microcontroller computes for seconds in a handshake of TLS. */
	secure = 15000,
}

/** Implementation of Client: attempts, retries, and one connection at a time. */
export class ClientCore extends ConnectionCore implements DialListener {
	private readonly destination: Target;
	private readonly connectTimeout: number;
	private readonly numberOfRetries: number;
	private readonly timeBetweenRetries: number;
	private readonly discardsBeforeOpen: boolean;
	/** Number of the current or last attempt, from 1; 0 before the first one. */
	private attempt: number;
	/** Start of the last attempt, by Date.now(). */
	private attemptStart: number;
	/** Milliseconds of the current attempt for which send() has stalled the device. */
	private stalled?: number;
	/** While connecting: the end of the attempt or of the pause before the next one. While open: the tick. */
	private timer: Timer | undefined;
	/** The current attempt. */
	private dial: Dial | undefined;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(raw: RawOptions) {
		super(ConnectionSettings.ofClient(raw));
		this.destination = targetOption(raw);
		this.connectTimeout = integerOption(
			raw,
			"connectTimeout",
			this.destination.secure ? ConnectTimeout.secure : ConnectTimeout.plain,
		);
		this.numberOfRetries = integerOption(raw, "numberOfRetries", 10, 0, Number.POSITIVE_INFINITY);
		this.timeBetweenRetries = integerOption(raw, "timeBetweenRetries", 500);
		this.discardsBeforeOpen = booleanOption(raw, "discardMessagesBeforeOpen");
		this.attempt = 0;
		this.attemptStart = 0;
		this.timer = undefined;
		this.dial = undefined;
	}

	open(): void {
		if (this.state === State.closing) this.state = State.reopening;
		else if (this.state === State.idle) this.start();
	}

	override close(code: number, reason: string): void {
		super.close(code, reason);
		if (this.state === State.reopening) this.state = State.closing;
		if (this.state !== State.connecting) return;
		this.state = State.idle;
		this.release();
		after(0, () => this.fire("close", CloseCode.abnormal, ""));
	}

	override get mayWait(): boolean {
		return this.state === State.open || !this.discardsBeforeOpen;
	}

	protected override get longestPastQueue(): number {
		return 131072;
	}

	override onOpen(channel: Channel, protocol: string): void {
		this.dial = undefined;
		super.onOpen(channel, protocol);
	}

	onDialFailed({ reason, permanent }: DialFailure): void {
		this.release();
		this.fire("retry", this.attempt, reason);
		// A listener may have closed the client.
		if (this.state !== State.connecting) return;
		if (this.attempt <= this.numberOfRetries && !permanent) {
			this.attempt++;
			this.setTimer(after(this.timeBetweenRetries, () => this.connect()));
			return;
		}
		this.state = State.idle;
		const attempts = this.attempt === 1 ? "1 attempt" : `${this.attempt} attempts`;
		const { host, port } = this.destination;
		this.fire("error", `no connection to ${host}:${port} after ${attempts}: ${reason}`);
	}

	protected override onOpened(): void {
		this.setTimer(this.settings.tick ? tickEvery(this.settings.tick, this) : undefined);
	}

	protected override onEnded(reopens: boolean): void {
		this.setTimer(undefined);
		if (reopens) this.start();
	}

	protected override onStalled(milliseconds: number): void {
		if (this.state === State.connecting) this.stalled = (this.stalled ?? 0) + milliseconds;
	}

	/** Starts the first attempt, at least `timeBetweenRetries` after the last one. */
	private start(): void {
		const pause = this.pauseToStart;
		this.state = State.connecting;
		this.attempt = 1;
		if (pause > 0) this.setTimer(after(pause, () => this.connect()));
		else this.connect();
	}

	/** Bounded, because the clock may have been set meanwhile. */
	private get pauseToStart(): number {
		if (this.attempt === 0) return 0;
		const elapsed = Date.now() - this.attemptStart;
		return elapsed < 0 ? this.timeBetweenRetries : this.timeBetweenRetries - elapsed;
	}

	private onConnectTimeout(): void {
		const { stalled } = this;
		if (!stalled)
			return this.onDialFailed({ reason: `no connection within ${this.connectTimeout} ms (connectTimeout)` });
		// The attempt could not proceed in that time.
		this.stalled = 0;
		this.setTimer(after(stalled, () => this.onConnectTimeout()));
	}

	private connect(): void {
		// A client has one TCP connection at a time.
		this.release();
		this.attemptStart = Date.now();
		if (this.stalled) this.stalled = 0;
		if (this.connectTimeout) this.setTimer(after(this.connectTimeout, () => this.onConnectTimeout()));
		try {
			this.dial = dial(
				this.destination,
				hostNetwork(this.destination.secure !== undefined),
				this.settings,
				this,
			);
		} catch (error) {
			const failure = failureOf(error);
			this.setTimer(after(0, () => this.onDialFailed(failure)));
		}
	}

	private setTimer(timer: Timer | undefined): void {
		Timer.clear(this.timer);
		this.timer = timer;
	}

	private release(): void {
		this.setTimer(undefined);
		this.dial?.destroy();
		this.dial = undefined;
		this.channel?.destroy();
		this.channel = undefined;
	}
}
