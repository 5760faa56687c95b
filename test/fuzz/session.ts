/** Plays random cases with one device. */
import { performance } from "node:perf_hooks";
import { type Demands, Device } from "../conformance/device.js";
import { Random } from "../support/random.js";
import { allDemands } from "./demands.js";
import { bringUpNames, playRandom, type Trail } from "./play.js";
import { learnPages } from "./playpages.js";

export interface FuzzOptions {
	seed: number;
	/** How many cases to play, from `first` on. Default: until the time is up. */
	cases?: number;
	/** Duration in seconds. Default: until all cases are played. */
	seconds?: number;
	/** The number of the first case. Default 0. */
	first?: number;
	/** Whether each case is a request for a page. Default false: all kinds. */
	onlyPages?: boolean;
}

export interface FuzzFailure {
	case: number;
	role: string;
	windows: object;
	what: string;
	/** The bytes that the peer sent, in hexadecimal. */
	bytes: string;
}

export interface FuzzResult {
	seed: number;
	cases: number;
	client: number;
	server: number;
	/** Number of cases for each ending. */
	endings: Record<string, number>;
	failed: FuzzFailure[];
	/** Memory in use on the device before and after. */
	memory: { before: Memory; after: Memory };
}

interface Memory {
	slots: number;
	chunks: number;
}

/** Number of cases that are played with the same windows. */
const casesPerRound = 40;
/** Number of concurrent cases. */
const concurrency = 8;
/** Allowed growth in slots: memory of the agent, and of the last connection until the next collection. */
const slotTolerance = 300;
/** Allowed growth in bytes of chunks: buffers of the agent and the simulator grow with the longest value. */
const chunkTolerance = 32768;

/** Measures memory after a small connection: the simulated listener keeps the last connection until the next one. */
async function restingMemory(device: Device): Promise<Memory> {
	await device.configure({ readWindow: 5744, writeWindow: 5744, splitReads: false });
	const { connection, peer } = await device.open("server", allDemands[0] as Demands);
	peer.end();
	await connection.next("close");
	await device.release(connection);
	peer.destroy();
	return device.memory();
}

export async function fuzz({
	seed,
	cases,
	seconds,
	first = 0,
	onlyPages = false,
}: FuzzOptions): Promise<FuzzResult> {
	const device = await Device.start();
	const failed: FuzzFailure[] = [];
	const endings: Record<string, number> = {};
	const roles = { client: 0, server: 0 };
	for (const demands of allDemands) await device.prepare(demands);
	const pages = await learnPages(device);
	// Play cases before the first measurement, for one-time allocations and for names, which XS never frees.
	await playRound(0, 0, casesPerRound, () => {});
	await bringUpNames(device);
	const before = await restingMemory(device);
	const end = performance.now() + (seconds ?? Number.POSITIVE_INFINITY) * 1000;
	const last = cases === undefined ? Number.POSITIVE_INFINITY : first + cases;
	let next = first;
	while (next < last && failed.length < 20 && performance.now() < end) {
		const round = Math.floor(next / casesPerRound);
		const roundEnd = Math.min(last, (round + 1) * casesPerRound);
		await playRound(round, next, roundEnd, (ending) => {
			endings[ending] = (endings[ending] ?? 0) + 1;
		});
		next = roundEnd;
	}
	const note = (what: string) => failed.push({ case: next, role: "", windows: {}, what, bytes: "" });
	const after = await restingMemory(device).catch((error: Error) => {
		note(error.message);
		return before;
	});
	if (after.slots - before.slots > slotTolerance)
		note(`memory grew from ${before.slots} to ${after.slots} slots`);
	if (after.chunks - before.chunks > chunkTolerance)
		note(`memory grew from ${before.chunks} to ${after.chunks} bytes of chunks`);
	try {
		await device.stop();
	} catch (error) {
		note((error as Error).message);
	}
	return { seed, cases: next - first, ...roles, endings, failed, memory: { before, after } };

	async function playRound(
		round: number,
		from: number,
		to: number,
		count: (ending: string) => void,
	): Promise<void> {
		const random = new Random(Math.imul(seed + 1, 0xc2b2ae35) ^ round);
		const size = () => random.pick([1, 2, 3, 7, 16, 17, 64, 300, 1436, 5744]);
		const windows = { readWindow: size(), writeWindow: size(), splitReads: random.next() < 0.1 };
		await device.configure(windows);
		const longMessages = windows.readWindow >= 300 && windows.writeWindow >= 300 && !windows.splitReads;
		let number = from;
		const worker = async () => {
			while (number < to) {
				const mine = number++;
				const trail: Trail = { role: "client", bytes: Buffer.alloc(0) };
				try {
					const { role, ending } = await playRandom(
						device,
						seed,
						mine,
						longMessages,
						pages,
						onlyPages,
						trail,
					);
					roles[role]++;
					count(ending);
				} catch (error) {
					failed.push({
						case: mine,
						role: trail.role,
						windows,
						what: (error as Error).message,
						bytes: trail.bytes.subarray(0, 2000).toString("hex"),
					});
				}
			}
		};
		await Promise.all(Array.from({ length: concurrency }, worker));
	}
}
