/** `npm run -s soak`: a device under traffic, reconnects and bursts, until the time is up; does its heap stay as it is? */

import { integerOption, runCommand } from "../../sim/commandline.js";
import { fewestReadings, growthOf, type Reading, rule, slopeOf } from "./heap.js";
import { Session } from "./session.js";

const usage = `Usage: npm run -s soak -- [options]

Lets a device on the XS engine, with two Clients and a Server, exchange messages with ws peers, overfill its send
queues, and connect again and again. Messages are those that the device has sent and received; each echo is two.
Reconnects are all connections but the first of each of the four peers.

  --minutes N       how long to go on (default 2, without end with --messages or --reconnects)
  --messages N      end when there have been so many messages, and so many reconnects, but not before the heap
  --reconnects N    has been read ${fewestReadings} times
  --seed S          of the numbers by which the peers choose what to do (default: a new one)
  --json            print the result as JSON, as the last line
  --help            show this text

The heap is read after a collection, when all connections have ended. ${rule}
The exit status is 1 when it does, when the device ends, or when a message or the ledger is wrong.`;

/** Seconds before the heap is first read: what is made only once is made by then. */
const warmUp = 5;
/** Seconds from one reading to the next, at most. */
const longestPause = 15;
/** The same where messages and reconnects set the end, which may come soon. */
const countedPause = 5;
/** Readings that a soak of given length is to have. */
const readingCount = 12;

interface Goal {
	minutes: number;
	messages: number;
	reconnects: number;
}

const heapOf = ({ slots, chunks }: Reading) => ({ slots, chunks });

async function soak(session: Session, goal: Goal, onReading: (reading: Reading) => void): Promise<void> {
	const start = Date.now();
	const end = start + goal.minutes * 60_000;
	const isCounted = goal.messages > 0 || goal.reconnects > 0;
	const longest = isCounted ? countedPause : longestPause;
	const pause = Math.min(longest, Math.max((goal.minutes * 60 - warmUp) / readingCount, 1)) * 1000;
	let count = 0;
	for (let seconds = warmUp * 1000; ; seconds = pause) {
		session.wake();
		await session.pass(Math.min(seconds, Math.max(end - Date.now(), 0)));
		if (session.failures.length > 0) return;
		const reading = await session.rest();
		onReading(reading);
		count++;
		const { messages, reconnects } = reading;
		if (Date.now() >= end) return;
		const isReached = messages >= goal.messages && reconnects >= goal.reconnects;
		if (isCounted && isReached && count >= fewestReadings) return;
	}
}

await runCommand(
	usage,
	{ minutes: "string", messages: "string", reconnects: "string", seed: "string", json: "boolean" },
	async (values) => {
		const messages = integerOption(values, "messages", 0, 1, 1e9);
		const reconnects = integerOption(values, "reconnects", 0, 1, 1e9);
		const counted = messages > 0 || reconnects > 0;
		const minutes = integerOption(values, "minutes", counted ? Number.POSITIVE_INFINITY : 2, 1, 1e6);
		const seed = integerOption(values, "seed", Math.floor(Math.random() * 2 ** 31), 0, 2 ** 31 - 1);
		const json = values["json"] === true;
		if (!json) console.log(`seed ${seed}`);
		const start = Date.now();
		const passed = () => Number(((Date.now() - start) / 60_000).toFixed(2));
		const session = await Session.start(seed);
		const readings: Reading[] = [];
		const failures: string[] = [];
		try {
			await soak(session, { minutes, messages, reconnects }, (reading) => {
				readings.push(reading);
				if (!json)
					console.log(
						`${passed().toFixed(2)} min: ${reading.messages} messages, ${reading.reconnects} reconnects; heap ${reading.slots} slots, ${reading.chunks} octets of chunks`,
					);
			});
		} catch (error) {
			failures.push((error as Error).message);
		}
		failures.unshift(...session.failures);
		const last = readings.at(-1);
		if (failures.length === 0) failures.push(...growthOf(readings));
		await session.stop();
		const result = {
			minutes: passed(),
			messages: last?.messages ?? 0,
			reconnects: last?.reconnects ?? 0,
			seed,
			totals: last,
			...session.tally,
			heap: {
				start: readings[0] && heapOf(readings[0]),
				lowest: readings.map(heapOf),
				end: last && heapOf(last),
			},
			slope: slopeOf(readings),
			failures,
		};
		if (json) console.log(JSON.stringify(result));
		else {
			console.log(
				`slope per thousand messages: ${result.slope.slotsPerThousandMessages} slots, ${result.slope.chunksPerThousandMessages} octets of chunks`,
			);
			for (const failure of failures) console.log(`FAILED: ${failure}`);
		}
		return failures.length > 0 ? 1 : 0;
	},
);
