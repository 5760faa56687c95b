import config from "mc/config";
import type { Case } from "./case.js";
import { count } from "./counter.js";
import { time } from "./timing.js";

/**
 * Runs the cases as configured and traces the results: a line with the cases, then either a `mark` after each
 * turn of count(), for `count` messages, or a line with the best times of `rounds` turns of `turn` milliseconds.
 */
export function runCases(all: readonly Case[]): void {
	const only = new RegExp(String(config["only"] ?? ""));
	const cases = all.filter(({ subject, work }) => only.test(`${subject} ${work}`));
	trace(
		`cases ${JSON.stringify(cases.map(({ subject, work, role, bytes }) => ({ subject, work, role, bytes })))}\n`,
	);
	const finish = () => trace("done\n");
	const messages = Number(config["count"] ?? 0);
	if (messages) return count(cases, messages, finish);
	time(cases, Number(config["rounds"] ?? 40), Number(config["turn"] ?? 4), (times) => {
		trace(`times ${JSON.stringify(times)}\n`);
		finish();
	});
}
