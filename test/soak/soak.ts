/** `npm run -s soak`: runs a device with traffic, reconnects and bursts, and checks that its heap does not grow. */

import { integerOption, runCommand } from "../../sim/commandline.js";
import { fewestReadings, growthOf, type Reading, rule, slopeOf } from "./heap.js";
import { Session } from "./session.js";

const usage = `Usage: npm run -s soak -- [options]

Runs a device with two Clients and a Server on the XS engine. It exchanges messages with ws peers, fills its send
queues, and reconnects repeatedly. Messages count if the device has sent or received them; each echo counts twice.
Reconnects are all connections except the first of each of the four peers.

  --minutes N       duration (default 2, no limit with --messages or --reconnects)
  --messages N      end after N messages
  --reconnects N    end after N reconnects; the heap is read at least ${fewestReadings} times in any case
  --seed S          seed of the random choices of the peers (default: a new one)
  --json            print the result as JSON on the last line
  --help            show this text

The heap is read after a collection when all connections have ended. ${rule}
The exit status is 1 if the heap grows, the device ends, or a message or a counter is wrong.`;

/** Seconds until the first heap reading: everything that is allocated only once exists by then. */
const warmUp = 5;
/** Maximum number of seconds between two readings. */
const longestPause = 15;
/** The same if --messages or --reconnects is given, when the end may come soon. */
const countedPause = 5;
/** Intended number of readings of a soak with a given duration. */
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
						`${passed().toFixed(2)} min: ${reading.messages} messages, ${reading.reconnects} reconnects; heap ${reading.slots} slots, ${reading.chunks} bytes of chunks`,
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
				`slope per thousand messages: ${result.slope.slotsPerThousandMessages} slots, ${result.slope.chunksPerThousandMessages} bytes of chunks`,
			);
			for (const failure of failures) console.log(`FAILED: ${failure}`);
		}
		return failures.length > 0 ? 1 : 0;
	},
);
