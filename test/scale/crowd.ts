import { bareCount, messages, sizes } from "./device/sizes.js";

/** A server with so many connections. */
export interface CrowdSize {
	connections: number;
	/** A message received and sent back, in microseconds, and as a multiple of the same without a library. */
	microseconds: number;
	ratio: number;
	/** The engine's instructions for it, where they are counted. */
	computrons?: number;
	/** Octets that a connection takes on a device of 32 bits, beside its native socket, where they are measured. */
	octets?: number;
}

interface Memory {
	slots: number;
	chunks: number;
	chunkCount: number;
}

/** Octets on a device of 32 bits: 16 a slot, and chunks with headers of 8 octets instead of 16. */
function octetsOf({ slots, chunks, chunkCount }: Memory): number {
	return slots * 16 + chunks - chunkCount * 8;
}

/** Takes in what the device program of this folder traces: see device/main.ts. */
export class CrowdCollector {
	readonly #times: number[][] = [];
	readonly #meters: number[] = [];
	readonly #memories: Promise<Memory>[] = [];
	readonly done: Promise<void>;
	#finish: () => void = () => {};

	constructor() {
		this.done = new Promise((resolve) => {
			this.#finish = resolve;
		});
	}

	/** @param device what has been computed and is in use, where that can be told */
	take(line: string, device?: { meter: { computrons: number }; memory(): Promise<Memory> }): void {
		const [word = "", rest = ""] = line.split(/ (.*)/s, 2);
		if (word === "bare" || word === "grown") {
			if (device) this.#memories.push(device.memory());
		} else if (word === "counted") {
			if (device) this.#meters.push(device.meter.computrons);
		} else if (word === "times") this.#times.push(JSON.parse(rest));
		else if (word === "done") this.#finish();
		else console.error(line);
	}

	async sizes(): Promise<CrowdSize[]> {
		const [beforeBare = 0, bare = 0, , ...grown] = (await Promise.all(this.#memories)).map(octetsOf);
		const socket = (bare - beforeBare) / bareCount;
		const [first = 0, second = 0] = grown;
		return sizes.map((connections, index) => {
			const [floor = Number.NaN, own = Number.NaN] = this.#times[index + 1] ?? [];
			const [start, once, twice] = this.#meters.slice(3 * (index + 1), 3 * (index + 2));
			const size: CrowdSize = {
				connections,
				microseconds: Number((own / 1000).toFixed(3)),
				ratio: Number((own / floor).toFixed(3)),
			};
			if (start !== undefined && once !== undefined && twice !== undefined)
				size.computrons = (twice - once - (once - start)) / messages;
			const all = grown[index];
			// What the first one has brought with it is not known: it is taken for what the second one brings.
			if (all !== undefined)
				size.octets = Math.round((index ? (all - first) / (connections - 1) : second - first) - socket);
			return size;
		});
	}
}
