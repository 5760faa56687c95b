import SNTP from "sntp";
import Time from "time";
import Timer from "timer";

/** 2025-01-01, by Date.now(): a clock that is behind it was never set. */
const earliest = 1735689600000;
const host = "pool.ntp.org";
/** Milliseconds until the next attempt. */
const pause = 10000;

/** The clock of the device, which must be right for TLS, because certificates have dates. A board starts in 1970. */
export class Clock {
	private isAsking = false;

	get isSet(): boolean {
		return Date.now() >= earliest;
	}

	/**
	 * Asks a server for the time until it answers. While it does, further calls do nothing.
	 * @param done Called when the clock is set.
	 */
	set(done: () => void): void {
		if (this.isAsking) return;
		this.isAsking = true;
		new SNTP({ host }, (message, value) => {
			if (message === SNTP.retry) return;
			this.isAsking = false;
			if (message === SNTP.error) {
				trace(`clock: ${value}\n`);
				Timer.set(() => this.set(done), pause);
				return;
			}
			Time.set(value as number);
			trace(`clock: ${new Date().toISOString()}\n`);
			done();
		});
	}
}
