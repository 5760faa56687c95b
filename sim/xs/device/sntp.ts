/** Stand-in for the SDK's `sntp`: answers with the time of the computer. */

import Timer from "./timer.js";

export default class SNTP {
	static readonly time = 1;
	static readonly retry = 2;
	static readonly error = -1;

	constructor(_options: { host: string }, callback: (message: number, value: number | string) => void) {
		Timer.set(() => callback(SNTP.time, Math.floor(Date.now() / 1000)));
	}
}
