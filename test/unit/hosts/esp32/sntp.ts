/** Stand-in for the SDK's `sntp`: the first request is not answered. */

import Timer from "timer";

const state = { requests: 0 };

export default class SNTP {
	static readonly time = 1;
	static readonly retry = 2;
	static readonly error = -1;

	constructor({ host }: { host: string }, callback: (message: number, value?: number | string) => void) {
		trace("sntp is asked\n");
		const answers = state.requests++ > 0;
		Timer.set(() => {
			callback(SNTP.retry);
			if (answers) callback(SNTP.time, 1);
			else callback(SNTP.error, `no answer from ${host}`);
		});
	}
}
