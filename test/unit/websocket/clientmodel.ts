/** What a Client may emit after what the app has done: independent of how it is implemented. */
import type { Failure } from "../../../modules/websocket/websocket.js";

/** RFC 6455 section 7.4.1, as documented for the option `reconnect`. */
const permanentCodes = [1002, 1003, 1007, 1008, 1010];

export class ClientModel {
	/** `open` until `close`; "trying" with all attempts and pauses. */
	state: "idle" | "trying" | "open" = "idle";
	/** Closes of attempts that were given up, which are not emitted yet. */
	due = 0;
	/** True when the connection has ended, and `close` follows, after an `error` that says so. */
	private isEnding = false;
	/** True when open() waits for the end of the connection. */
	private reopens = false;
	/** False once the app has called close(). */
	private isWanted = false;
	private hasConnected = false;
	/** Number of the next `retry`. */
	private attempt = 1;
	/** What isPermanent has said about the current failure; undefined when it was not asked. */
	private verdict: boolean | undefined;
	/** Number of the attempt that isPermanent is asked about, if it has closed the client meanwhile. */
	private judged: { attempt: number; isGivenUp: boolean } | undefined;
	/** The failed attempt of which `error` must come next. */
	private last: Failure | undefined;
	private readonly reconnects: boolean;
	private readonly numberOfRetries: number;
	private readonly problems: string[];

	constructor(reconnects: boolean, numberOfRetries: number, problems: string[]) {
		this.reconnects = reconnects;
		this.numberOfRetries = numberOfRetries;
		this.problems = problems;
	}

	onCall(method: "open" | "close", isOpen: boolean): void {
		if (method === "open") {
			if (this.state === "idle") this.start();
			else if (this.state === "open" && !isOpen) this.reopens = true;
			return;
		}
		this.isWanted = this.reopens = false;
		if (this.state !== "trying") return;
		this.state = "idle";
		this.last = undefined;
		this.due++;
		if (this.judged) this.judged.isGivenUp = true;
	}

	/** A function is called before an attempt: that of an open() that has waited comes before `close`. */
	onAttempt(): void {
		if (this.state === "open") {
			if (!this.reopens || this.isEnding) this.problems.push("an attempt while open");
			this.reopens = false;
			this.isEnding = true;
			this.start();
		} else if (this.state === "idle") this.problems.push("an attempt while idle");
	}

	/** isPermanent is asked. */
	onJudge(failure: Failure): void {
		if (failure.permanent) this.problems.push("isPermanent is asked about a permanent failure");
		this.verdict = undefined;
		if (failure.code === undefined) this.judged = { attempt: this.attempt, isGivenUp: false };
	}

	onVerdict(verdict: boolean): boolean {
		this.verdict = verdict;
		return verdict;
	}

	onEvent(event: string, values: unknown[], isOpen: boolean): void {
		switch (event) {
			case "open":
				if (this.state !== "trying") this.problems.push(`open while ${this.state}`);
				if (!isOpen) this.problems.push("open, but not isOpen()");
				this.state = "open";
				this.hasConnected = true;
				return;
			case "message":
				if (this.state !== "open" || !isOpen) this.problems.push(`message while ${this.state}`);
				return;
			case "retry":
				return this.onRetry(values[0] as number, values[2] as Failure);
			case "error":
				return this.onError(values[0] as string, values[1] as Failure | undefined);
			case "close":
				return this.onClose(values[0] as number, values[1] as string, isOpen);
		}
	}

	private start(): void {
		this.state = "trying";
		this.isWanted = true;
		this.hasConnected = false;
		this.attempt = 1;
	}

	private onRetry(number: number, failure: Failure): void {
		const { judged } = this;
		this.judged = undefined;
		if (judged?.isGivenUp) {
			if (number !== judged.attempt) this.problems.push(`retry ${number}, not ${judged.attempt}`);
			return;
		}
		if (this.state !== "trying") this.problems.push(`retry while ${this.state}`);
		if (number !== this.attempt) this.problems.push(`retry ${number}, not ${this.attempt}`);
		const isLastOfFirst = number === this.numberOfRetries + 1 && !this.hasConnected;
		const ends = this.reconnects ? failure.permanent : number > this.numberOfRetries;
		if ((failure.delay === undefined) !== ends) this.problems.push(`retry ${number} with ${failure.delay}`);
		if (ends || isLastOfFirst) this.last = failure;
		this.attempt++;
	}

	private onError(text: string, failure: Failure | undefined): void {
		if (text.startsWith("no connection")) {
			if (this.last !== failure) this.problems.push("an error of no connection, but no last retry");
			if (failure?.delay === undefined) this.state = "idle";
			this.last = undefined;
		} else if (text.includes("was closed with")) {
			if (this.state !== "open" || this.isEnding || !this.isPermanent(failure?.code))
				this.problems.push(`${text} while ${this.state}`);
			this.state = "idle";
			this.isEnding = true;
		}
	}

	private onClose(code: number, reason: string, isOpen: boolean): void {
		if (isOpen) this.problems.push("close, but isOpen()");
		if (this.last) this.problems.push("close before the error of the last attempt");
		if (this.isEnding) this.isEnding = false;
		else if (this.state === "open" && !this.due) {
			const { reopens } = this;
			this.reopens = false;
			if (this.reconnects && this.isWanted && !this.isPermanent(code)) {
				this.state = "trying";
				this.attempt = 1;
			} else if (reopens) this.start();
			else this.state = "idle";
			this.verdict = undefined;
		} else if (this.due && code === 1006 && reason === "") this.due--;
		else this.problems.push(`close ${code} while ${this.state}`);
	}

	private isPermanent(code: number | undefined): boolean {
		return this.verdict === true || permanentCodes.indexOf(code ?? 0) >= 0;
	}
}
