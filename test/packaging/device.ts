/** Runs a device program in the SDK's simulator and waits for its trace. */

import type { Sdk } from "../../sim/moddable/sdk.js";
import { ModdableSimulator } from "../../sim/moddable/simulator.js";
import { Watch } from "../support/watch.js";

export class Device {
	readonly #lines: string[] = [];
	readonly #watch = new Watch();
	#end: string | undefined;
	#simulator: ModdableSimulator | undefined;

	static async start(sdk: Sdk, program: string, display: string): Promise<Device> {
		const device = new Device();
		const onTrace = (line: string) => {
			device.#lines.push(line);
			device.#watch.changed();
		};
		const simulator = await ModdableSimulator.start({ sdk, program, display, onTrace });
		device.#simulator = simulator;
		simulator.exited.then(({ reason }) => {
			device.#end = reason;
			device.#watch.changed();
		});
		return device;
	}

	/**
	 * Waits for the next line that matches, skips others, and returns the match.
	 * @throws Error if none matches
	 */
	traced(pattern: RegExp): Promise<RegExpExecArray> {
		const passed: string[] = [];
		return this.#watch.until(
			() => {
				for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
					const match = pattern.exec(line);
					if (match) return match;
					passed.push(line);
				}
				if (this.#end !== undefined)
					throw new Error(`the device ended: ${this.#end}; it traced ${JSON.stringify(passed)}`);
				return undefined;
			},
			() => `the device did not trace ${pattern}, but ${JSON.stringify(passed)}`,
		);
	}

	async stop(): Promise<void> {
		await this.#simulator?.stop();
	}
}
