/** Where the attacked program runs: the XS engine from npm, or the simulator of the Moddable SDK. */

import type { Setting } from "../device/program.js";

/** Peak memory use of a device. */
export interface Peak {
	/** Slots in use, including garbage if the engine cannot exclude it. */
	slots: number;
	/** Bytes of chunks. */
	chunks: number;
	/** Total bytes, 16 per slot. */
	bytes: number;
}

/** A running device with the attacked program. */
export interface Besieged {
	/** Resolves with the port of its Server when it listens. */
	readonly port: Promise<number>;
	/** Resolves with the reason when the device has ended. Never rejects. */
	readonly exited: Promise<string>;
	/** Takes the current memory use as the baseline. */
	rest(): Promise<void>;
	/** Measures the current memory use, if the engine does not record peaks itself. */
	sample(): Promise<void>;
	/** Returns the peaks so far; may be called after the end of the device. */
	peak(): Promise<Peak>;
	stop(): Promise<void>;
}

export interface Target {
	/** Description of the device and of the memory measurement. */
	readonly title: string;
	/** Maximum memory of XS in bytes, if it is checked. */
	readonly budget: number | undefined;
	start(setting: Setting): Promise<Besieged>;
	stop(): Promise<void>;
}
