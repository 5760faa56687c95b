import Timer from "timer";
import type { Case } from "./case.js";

/** Parts of a turn between two looks at the clock. */
const parts = 64;
/** The fewest batches in a turn. */
const fewestBatches = 50;

/** How a case is measured. */
interface Measure {
	readonly each: Case;
	/** Messages between two looks at the clock. */
	readonly count: number;
	/** Milliseconds. */
	readonly turn: number;
	/** Milliseconds a message. */
	best: number;
}

/**
 * Runs the cases in turns, so that a disturbance meets them all.
 * @param rounds Turns of each case, of which the best one counts.
 * @param turn The length of a turn, in milliseconds, unless the case has long batches: short turns often pass
 *   undisturbed on a busy machine.
 * @param done Called with the best time of each case, in nanoseconds a message.
 */
export function time(
	cases: readonly Case[],
	rounds: number,
	turn: number,
	done: (times: number[]) => void,
): void {
	const measures = cases.map((each) => prepare(each, turn));
	let step = 0;
	const timer = Timer.repeat(() => {
		const next = measures[step % measures.length] as Measure;
		next.best = Math.min(next.best, measure(next.each, next.count, next.turn));
		if (++step < rounds * cases.length) return;
		Timer.clear(timer);
		done(measures.map(({ best }) => best * 1e6));
	}, 1);
}

/** Finds out how many messages take a part of a turn. */
function prepare(each: Case, turn: number): Measure {
	const { batch } = each;
	const best = Math.min(...[1, 2, 3].map(() => measure(each, batch, 2)));
	const count = Math.max(1, Math.floor(turn / parts / best / batch)) * batch;
	return { each, count, turn: Math.max(turn, Math.ceil(fewestBatches * batch * best)), best };
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
	// The last part was half done, on the average, when the time was over.
	return (now - start) / (total - count / 2);
}
