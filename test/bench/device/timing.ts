import Timer from "timer";
import type { Case } from "./case.js";

/** Number of clock readings per turn. */
const parts = 64;
/** Minimum number of batches per turn. */
const fewestBatches = 50;

/** Settings and result of a case. */
interface Measure {
	readonly each: Case;
	/** Messages between two clock readings. */
	readonly count: number;
	/** Length of a turn in milliseconds. */
	readonly turn: number;
	/** Best time in milliseconds per message. */
	best: number;
}

/**
 * Runs the cases in turns, so that a disturbance affects all of them.
 * @param rounds number of turns of each case, of which the best counts
 * @param turn length of a turn in milliseconds; longer if batches are long. Short turns are often undisturbed on
 *   a busy computer.
 * @param done called with the best time of each case, in nanoseconds per message
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

/** Determines how many messages to run between two clock readings. */
function prepare(each: Case, turn: number): Measure {
	const { batch } = each;
	const best = Math.min(...[1, 2, 3].map(() => measure(each, batch, 2)));
	const count = Math.max(1, Math.floor(turn / parts / best / batch)) * batch;
	return { each, count, turn: Math.max(turn, Math.ceil(fewestBatches * batch * best)), best };
}

/**
 * Runs a case for some time. The clock has a resolution of one millisecond: start just after it changes, and stop
 * at the first reading that is `turn` later.
 * @returns milliseconds per message
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
	// Some cases count bytes and divide.
	const arrived = Math.round(each.done() - before);
	if (arrived !== total)
		throw new Error(`${each.subject} ${each.work}: of ${total} messages ${arrived} arrived`);
	// On average the time was over in the middle of the last part.
	return (now - start) / (total - count / 2);
}
