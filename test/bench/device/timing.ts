import Timer from "timer";
import type { Case } from "./case.js";

/** Parts of a turn between two looks at the clock. */
const parts = 64;

/**
 * Runs the cases in turns, so that a disturbance meets them all.
 * @param rounds Turns of each case, of which the best one counts.
 * @param turn The length of a turn, in milliseconds: short ones often pass undisturbed on a busy machine.
 * @param done Called with the best time of each case, in nanoseconds a message.
 */
export function time(
	cases: readonly Case[],
	rounds: number,
	turn: number,
	done: (times: number[]) => void,
): void {
	const counts = cases.map((each) => calibrate(each, turn / parts));
	const best = cases.map(() => Number.POSITIVE_INFINITY);
	let step = 0;
	const timer = Timer.repeat(() => {
		const index = step % cases.length;
		const milliseconds = measure(cases[index] as Case, counts[index] as number, turn);
		best[index] = Math.min(best[index] as number, milliseconds * 1e6);
		if (++step < rounds * cases.length) return;
		Timer.clear(timer);
		done(best);
	}, 1);
}

/** How many messages take so many milliseconds, about: as often as possible, so that no disturbance counts. */
function calibrate(each: Case, milliseconds: number): number {
	const count = milliseconds / Math.min(...[1, 2, 3].map(() => measure(each, each.batch, 2)));
	return Math.max(1, Math.floor(count / each.batch)) * each.batch;
}

/**
 * Runs a case for some time. The clock tells milliseconds only: the time begins when it has just moved on, and
 * ends at the first part after which it has moved on by `turn`.
 * @returns Milliseconds a message.
 */
function measure(each: Case, count: number, turn: number): number {
	const before = each.done();
	let total = 0;
	let start = Date.now();
	const previous = start;
	while (start === previous) start = Date.now();
	const end = start + turn;
	let now = start;
	while (now < end) {
		each.run(count);
		total += count;
		now = Date.now();
	}
	// Some count octets and divide.
	const arrived = Math.round(each.done() - before);
	if (arrived !== total)
		throw new Error(`${each.subject} ${each.work}: of ${total} messages ${arrived} arrived`);
	return (now - start) / total;
}
