import Timer from "timer";
import type { Channel } from "../channel/contract.js";
import { type Dial, type DialListener, dial } from "../channel/dial.js";
import { type DialFailure, failureOf } from "../channel/failure.js";
import { hostNetwork } from "../channel/network.js";
import { after, tickEvery } from "../channel/timers.js";
import { quote } from "../rfc6455/characters.js";
import { CloseCode } from "../rfc6455/closecode.js";
import { ConnectionCore, State } from "./connectioncore.js";
import type { Failure, Writable } from "./failure.js";
import type { Target } from "./handshakeoptions.js";
import { booleanOption, integerOption, type RawOptions } from "./options.js";
import { isPermanent } from "./permanent.js";
import { type Reconnect, reconnectOption } from "./reconnect.js";
import { retryAfterOf } from "./retryafter.js";
import { ConnectionSettings } from "./settings.js";
import { Targets } from "./targets.js";

/** Defaults of `connectTimeout`, in milliseconds. */
const enum ConnectTimeout {
	/** One of the others, as the target of the attempt says. */
	unspecified = -1,
	/** That of the accessor specification. */
	plain = 1000,
	/** A microcontroller computes for seconds in a handshake of TLS. */
	secure = 15000,
}

/** Implementation of Client: attempts, retries, and one connection at a time. */
export class ClientCore extends ConnectionCore implements DialListener {
	/** The server and the request of the last attempt, or of all; undefined when a function has not returned them yet. */
	private destination: Target | undefined;
	/** Makes those of each attempt, if they change. */
	private readonly targets?: Targets;
	private readonly connectTimeout: number;
	private readonly numberOfRetries: number;
	private readonly timeBetweenRetries: number;
	private readonly discardsBeforeOpen: boolean;
	/** With the option `reconnect` only. */
	private readonly reconnect?: Reconnect;
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
	/** With `reconnect`: the failure that a violation is, from its `error` to the end of the connection. */
	private violation?: Failure | undefined;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(raw: RawOptions) {
		super(ConnectionSettings.ofClient(raw));
		const targets = new Targets(raw);
		this.destination = targets.change ? undefined : targets.first;
		if (targets.change) this.targets = targets;
		this.connectTimeout = integerOption(raw, "connectTimeout", ConnectTimeout.unspecified);
		this.numberOfRetries = integerOption(raw, "numberOfRetries", 10, 0, Number.POSITIVE_INFINITY);
		this.timeBetweenRetries = integerOption(raw, "timeBetweenRetries", 500);
		this.discardsBeforeOpen = booleanOption(raw, "discardMessagesBeforeOpen");
		const reconnect = reconnectOption(raw);
		if (reconnect) this.reconnect = reconnect;
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
		if (this.reconnect) this.reconnect.isWanted = false;
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

	onDialFailed({ reason, status, headers, permanent }: DialFailure): void {
		this.release();
		const { attempt, numberOfRetries } = this;
		const failure: Writable<Failure> = { permanent: isPermanent({ status, permanent }) };
		if (status && headers) {
			failure.status = status;
			failure.headers = headers;
			const retryAfter = retryAfterOf(headers, Date.now());
			if (retryAfter !== undefined) failure.retryAfter = retryAfter;
		}
		const delay = this.delayAfter(failure, reason, permanent);
		if (delay !== undefined) failure.delay = delay;
		this.emit("retry", [attempt, reason, failure]);
		if (this.isOvertaken) return;
		if (delay === undefined) this.state = State.idle;
		else this.connectAfter(delay, attempt + 1);
		const isLastOfFirst = attempt === numberOfRetries + 1 && !this.reconnect?.hasConnected;
		if (delay !== undefined && !isLastOfFirst) return;
		const attempts = attempt === 1 ? "1 attempt" : `${attempt} attempts`;
		this.fire("error", `no connection${this.place} after ${attempts}: ${reason}`, failure);
	}

	protected override onOpened(): void {
		this.setTimer(this.settings.tick ? tickEvery(this.settings.tick, this) : undefined);
		this.reconnect?.onOpened();
	}

	protected override onViolated(code: number, message: string): Failure | undefined {
		if (this.reconnect?.isWanted) this.violation = this.failureOf(this.reconnect, code, message);
		return this.violation;
	}

	protected override onEnded(code: number, reason: string): void {
		const { reconnect, violation } = this;
		this.setTimer(undefined);
		reconnect?.onEnded();
		if (violation) this.violation = undefined;
		// The connection is still closing for open() and close(), which isPermanent may call.
		const failure = reconnect?.isWanted ? (violation ?? this.failureOf(reconnect, code, reason)) : undefined;
		const reopens = this.isReopening;
		this.state = State.idle;
		if (failure && reconnect?.isWanted) {
			if (!failure.permanent) {
				this.state = State.connecting;
				return this.connectAfter(reconnect.pauseAfter(failure, undefined), 1);
			}
			if (!reopens && !violation) {
				const text = reason && ` (${quote(reason)})`;
				this.fire("error", `the connection${this.place} was closed with ${code}${text}`, failure);
			}
		}
		if (reopens) this.start();
	}

	protected override onStalled(milliseconds: number): void {
		if (this.state === State.connecting) this.stalled = (this.stalled ?? 0) + milliseconds;
	}

	/** True when code of the app has closed the client meanwhile, and perhaps opened it again. */
	private get isOvertaken(): boolean {
		return this.state !== State.connecting || this.timer !== undefined || this.dial !== undefined;
	}

	/** The server, for messages. */
	private get place(): string {
		const { destination } = this;
		return destination ? ` to ${destination.host}:${destination.port}` : "";
	}

	private failureOf(reconnect: Reconnect, code: number, reason: string): Failure {
		const failure = { code, permanent: isPermanent({ code }) };
		reconnect.consult(failure, reason);
		return failure;
	}

	/**
	 * Returns the milliseconds from a failed attempt to the next one; undefined when there is none.
	 * @param isHopeless True when the channel knows that every attempt would fail alike, as with a refused certificate: none
	 *   follows, even without `reconnect`. After a refusal by its status, numberOfRetries counts.
	 */
	private delayAfter(
		failure: Writable<Failure>,
		reason: string,
		isHopeless: boolean | undefined,
	): number | undefined {
		const { reconnect, timeBetweenRetries } = this;
		const isFirst = this.attempt <= this.numberOfRetries;
		if (!reconnect) return isFirst && !isHopeless ? timeBetweenRetries : undefined;
		reconnect.consult(failure, reason);
		if (failure.permanent) return undefined;
		return reconnect.pauseAfter(failure, isFirst && !reconnect.hasConnected ? timeBetweenRetries : undefined);
	}

	private connectAfter(delay: number, attempt: number): void {
		this.attempt = attempt;
		this.setTimer(after(delay, () => this.connect()));
	}

	/** Starts the first attempt, at least `timeBetweenRetries` after the last one. */
	private start(): void {
		const pause = this.pauseToStart;
		this.state = State.connecting;
		this.reconnect?.onStart();
		this.attempt = 1;
		if (pause > 0) this.connectAfter(pause, 1);
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
			return this.onDialFailed(
				this.dial?.refusal ?? { reason: `no connection within ${this.timeLimit} ms (connectTimeout)` },
			);
		// The attempt could not proceed in that time.
		this.stalled = 0;
		this.setTimer(after(stalled, () => this.onConnectTimeout()));
	}

	/** Milliseconds that the current attempt may take; 0 for no limit. */
	private get timeLimit(): number {
		if (this.connectTimeout !== ConnectTimeout.unspecified) return this.connectTimeout;
		return this.destination?.secure ? ConnectTimeout.secure : ConnectTimeout.plain;
	}

	private connect(): void {
		// A client has one TCP connection at a time.
		this.release();
		this.attemptStart = Date.now();
		if (this.stalled) this.stalled = 0;
		try {
			const target = this.targets ? this.targets.next() : (this.destination as Target);
			this.destination = target;
			if (this.isOvertaken) return;
			this.dial = dial(target, hostNetwork(target.secure !== undefined), this.settings, this);
			const { timeLimit } = this;
			if (timeLimit) this.setTimer(after(timeLimit, () => this.onConnectTimeout()));
		} catch (error) {
			if (this.isOvertaken) return;
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
