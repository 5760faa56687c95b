import Timer from "timer";
import { Connection, type ConnectionEvents, connectionCallbacks, State } from "./connection.js";
import { webSocketProvider } from "./engine.js";
import { type Target, type TargetOptions, targetOption } from "./handshakeoptions.js";
import { booleanOption, integerOption, rawOptions } from "./options.js";
import { type ConnectionOptions, ConnectionSettings } from "./settings.js";
import { after, tickEvery } from "./timers.js";

/** The options of a Client; all are optional, those it does not know are ignored. */
export interface ClientOptions extends ConnectionOptions, TargetOptions {
	/** Milliseconds that one attempt may take to the open WebSocket; 0 for no limit. Default 1000. */
	readonly connectTimeout?: number | null;
	/** Attempts after the first one; Infinity for no end of them. Default 10. */
	readonly numberOfRetries?: number | null;
	/** Milliseconds from a failed attempt to the next one, and at least between the starts of any two. Default 500. */
	readonly timeBetweenRetries?: number | null;
	/** True to discard messages sent before the connection is open. Default false. */
	readonly discardMessagesBeforeOpen?: boolean | null;
}

/** The events of a Client. */
export type ClientEvents = ConnectionEvents & {
	/** An attempt to connect has failed: its number, from 1, and why. */
	retry: [attempt: number, reason: string];
};

/** One WebSocket connection to a server, opened and, should it fail to, retried at the user's word. */
export class Client extends Connection<ClientEvents> {
	declare private readonly destination: Target;
	declare private readonly connectTimeout: number;
	declare private readonly numberOfRetries: number;
	declare private readonly timeBetweenRetries: number;
	declare private readonly discardMessagesBeforeOpen: boolean;
	/** The number of the attempt under way or the last one, from 1; 0 before the first one. */
	declare private attempt: number;
	/** When the last attempt was started, by Date.now(). */
	declare private attemptStart?: number;
	/** Milliseconds of the attempt under way in which send() has stalled the device. */
	declare private stalled?: number;
	/** While connecting: the end of the attempt or of the pause before the next one. While open: the tick. */
	declare private timer?: Timer | undefined;
	declare private chosenProtocol: string;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(options?: ClientOptions) {
		const raw = rawOptions(options);
		super(new ConnectionSettings(raw));
		this.destination = targetOption(raw);
		this.connectTimeout = integerOption(raw, "connectTimeout", 1000);
		this.numberOfRetries = integerOption(raw, "numberOfRetries", 10, 0, Number.POSITIVE_INFINITY);
		this.timeBetweenRetries = integerOption(raw, "timeBetweenRetries", 500);
		this.discardMessagesBeforeOpen = booleanOption(raw, "discardMessagesBeforeOpen");
		this.attempt = 0;
		this.chosenProtocol = "";
	}

	/** The subprotocol that the server chose, or "". */
	get protocol(): string {
		return this.chosenProtocol;
	}

	/**
	 * Opens the connection. Every failed attempt emits `retry`; when the last one has failed, `error` is emitted,
	 * and open() may be called again. While connecting or open it does nothing. While a connection is ending, the next
	 * one is opened when it has ended. Attempts start at least `timeBetweenRetries` after one another.
	 */
	open(): void {
		if (this.state === State.closing) this.state = State.reopening;
		else if (this.state === State.idle) this.start();
	}

	/**
	 * Closes the connection, or gives up opening it: `close` with 1006 follows then, once for each open() that is given
	 * up, and nothing when open() was not called. An open() that waits for the end of a connection is taken back.
	 * @param code As for every connection, see Connection.
	 * @param reason As well.
	 * @throws TypeError or RangeError as Connection does.
	 */
	override close(code?: number, reason?: string): void {
		super.close(code, reason);
		if (this.state === State.reopening) this.state = State.closing;
		if (this.state !== State.connecting) return;
		this.state = State.idle;
		this.release();
		after(0, () => this.fire("close", 1006, ""));
	}

	override get longestPastQueue(): number {
		return 131072;
	}

	protected override get mayQueue(): boolean {
		return !this.discardMessagesBeforeOpen;
	}

	protected override onOpened(): void {
		this.chosenProtocol = this.webSocket?.protocol ?? "";
		this.setTimer(this.settings.tick ? tickEvery(this.settings.tick, this) : undefined);
	}

	protected override onOpenFailed(reason: string): void {
		this.release();
		this.fire("retry", this.attempt, reason);
		// A listener may have closed the client.
		if (this.state !== State.connecting) return;
		if (this.attempt <= this.numberOfRetries) {
			this.attempt++;
			this.setTimer(after(this.timeBetweenRetries, () => this.connect()));
			return;
		}
		this.state = State.idle;
		const attempts = this.attempt === 1 ? "1 attempt" : `${this.attempt} attempts`;
		const { host, port } = this.destination;
		this.fire("error", `no connection to ${host}:${port} after ${attempts}: ${reason}`);
	}

	protected override onFinished(reopens: boolean): void {
		this.setTimer(undefined);
		if (reopens) this.start();
	}

	protected override onStalled(milliseconds: number): void {
		if (this.state === State.connecting) this.stalled = (this.stalled ?? 0) + milliseconds;
	}

	/** Starts the first attempt, as soon as the last one of before was long enough ago. */
	private start(): void {
		const pause = this.pauseToStart;
		this.state = State.connecting;
		this.attempt = 1;
		if (pause > 0) this.setTimer(after(pause, () => this.connect()));
		else this.connect();
	}

	/** A clock that was set meanwhile must not make the pause longer than it ever is. */
	private get pauseToStart(): number {
		if (this.attempt === 0) return 0;
		const elapsed = Date.now() - (this.attemptStart ?? 0);
		return elapsed < 0 ? this.timeBetweenRetries : this.timeBetweenRetries - elapsed;
	}

	private onConnectTimeout(): void {
		const stalled = this.stalled;
		if (!stalled) return this.onOpenFailed(`no connection within ${this.connectTimeout} ms (connectTimeout)`);
		// In that time nothing could come of the attempt.
		this.stalled = 0;
		this.setTimer(after(stalled, () => this.onConnectTimeout()));
	}

	private connect(): void {
		// A client has one TCP connection at a time.
		this.release();
		this.attemptStart = Date.now();
		if (this.stalled) this.stalled = 0;
		if (this.connectTimeout) this.setTimer(after(this.connectTimeout, () => this.onConnectTimeout()));
		const settings = this.settings;
		try {
			const provider = webSocketProvider();
			this.webSocket = new provider.io({
				...provider,
				...connectionCallbacks,
				callbacks: connectionCallbacks,
				target: this,
				receiver: this,
				...this.destination,
				text: settings.receiveType.binary ? "buffer" : "string",
				maxMessageSize: settings.maxMessageSize,
				closeTimeout: settings.closeTimeout,
			});
		} catch (error) {
			this.setTimer(
				after(0, () => this.onOpenFailed(error instanceof Error ? error.message : String(error))),
			);
		}
	}

	private setTimer(timer: Timer | undefined): void {
		Timer.clear(this.timer);
		this.timer = timer;
	}

	private release(): void {
		this.setTimer(undefined);
		this.webSocket?.close();
		this.webSocket = undefined;
	}
}
