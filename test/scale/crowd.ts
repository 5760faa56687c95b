import { bytesOnDevice, type Memory } from "../../sim/xs/memory.js";
import { bareCount, messages, sizes } from "./device/sizes.js";

/** Results of a server with a number of connections. */
export interface CrowdSize {
	connections: number;
	/** Time to receive and echo a message, in microseconds; `ratio` is relative to the same without a library. */
	microseconds: number;
	ratio: number;
	/** Executed instructions, if counted. */
	computrons?: number;
	/** Bytes per connection on a 32-bit device, without the native socket, if measured. */
	bytes?: number;
}

/** Parses the trace of the device program of this folder: see device/main.ts. */
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

	/** @param device measures computrons and memory, if possible */
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
		const [beforeBare = 0, bare = 0, , ...grown] = (await Promise.all(this.#memories)).map((memory) =>
			bytesOnDevice(memory, memory.slotSize),
		);
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
			// The first connection also allocates what is allocated only once: use the second one instead.
			if (all !== undefined)
				size.bytes = Math.round((index ? (all - first) / (connections - 1) : second - first) - socket);
			return size;
		});
	}
}
