/** The environment of one check. It is cleaned up when the check has ended. */

import type { Built } from "../../sim/moddable/build.js";
import { Device } from "./device.js";
import type { Workshop } from "./workshop.js";

export class Stage {
	readonly workshop: Workshop;
	/** Summary of the linker. */
	summary = "";
	readonly #display: string;
	readonly #actions: (() => unknown)[] = [];

	constructor(workshop: Workshop, display: string) {
		this.workshop = workshop;
		this.#display = display;
	}

	/**
	 * Starts a program.
	 * @throws Error if there were linker warnings
	 */
	async start({ program, summary, warnings }: Built): Promise<Device> {
		if (warnings.length) throw new Error(`linker warnings:\n${warnings.join("\n")}`);
		this.summary = summary;
		const device = await Device.start(this.workshop.sdk, program, this.#display);
		this.atEnd(() => device.stop());
		return device;
	}

	/** Adds a cleanup action. Actions run in reverse order. */
	atEnd(action: () => unknown): void {
		this.#actions.unshift(action);
	}

	async tidy(): Promise<void> {
		for (const action of this.#actions) await action();
	}
}

export interface Check {
	title: string;
	/** Runs the check. Returns a summary of what was checked. */
	perform(stage: Stage): Promise<string>;
}
