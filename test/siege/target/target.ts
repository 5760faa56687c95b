/** Where the besieged program runs: the XS engine from npm, or the simulator of the Moddable SDK. */

import type { Setting } from "../device/program.js";

/** What a device took at its worst. */
export interface Peak {
	/** Slots in use at a time, garbage included where the engine tells no less. */
	slots: number;
	/** Bytes of chunks. */
	chunks: number;
	/** Bytes in all, 16 for a slot. */
	bytes: number;
}

/** A device with the program, at work. */
export interface Besieged {
	/** The port of its Server. Settles when it listens. */
	readonly port: Promise<number>;
	/** Settles with a sentence when it has ended, whatever ended it. Never rejects. */
	readonly exited: Promise<string>;
	/** From here on memory counts as the attack's. */
	rest(): Promise<void>;
	/** Looks at the memory at this moment, where the engine does not note its peaks itself. */
	sample(): Promise<void>;
	/** The peaks so far; may be called after the end. */
	peak(): Promise<Peak>;
	stop(): Promise<void>;
}

export interface Target {
	/** What is besieged and how its memory is measured, for people. */
	readonly title: string;
	/** The most memory that XS may take, in bytes, where that is judged. */
	readonly budget: number | undefined;
	start(setting: Setting): Promise<Besieged>;
	stop(): Promise<void>;
}
