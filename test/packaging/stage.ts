/** What one check has at hand: it is tidied up when the check has ended, however it ended. */

import type { Built } from "../../sim/moddable/build.js";
import { Device } from "./device.js";
import type { Workshop } from "./workshop.js";

export class Stage {
	readonly workshop: Workshop;
	/** What the linker said of the program. */
	summary = "";
	readonly #display: string;
	readonly #actions: (() => unknown)[] = [];

	constructor(workshop: Workshop, display: string) {
		this.workshop = workshop;
		this.#display = display;
	}

	/** Starts a program. @throws Error if the linker had warned of it */
	async start({ program, summary, warnings }: Built): Promise<Device> {
		if (warnings.length) throw new Error(`the linker warns:\n${warnings.join("\n")}`);
		this.summary = summary;
		const device = await Device.start(this.workshop.sdk, program, this.#display);
		this.atEnd(() => device.stop());
		return device;
	}

	/** What is to be done when the check has ended; what was named last comes first. */
	atEnd(action: () => unknown): void {
		this.#actions.unshift(action);
	}

	async tidy(): Promise<void> {
		for (const action of this.#actions) await action();
	}
}

export interface Check {
	title: string;
	/** Returns what was checked, for people. */
	perform(stage: Stage): Promise<string>;
}
