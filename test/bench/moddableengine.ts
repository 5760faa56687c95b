import { buildForSimulator, type Kind } from "../../sim/moddable/build.js";
import { startDisplay } from "../../sim/moddable/display.js";
import type { Sdk } from "../../sim/moddable/sdk.js";
import { ModdableSimulator } from "../../sim/moddable/simulator.js";

/** A device program that ends with the line "done". */
export interface Program {
	/** Absolute path of the manifest. */
	manifest: string;
	/** As the manifest has it. */
	name: string;
	kind: Kind;
	config?: Record<string, string | number>;
}

/**
 * Builds and runs a program in the SDK's simulator until it is done.
 * @param take receives what it traces but for the last line
 * @throws Error with a sentence if that cannot be done, or if the device ends too early
 */
export async function runOnModdable(sdk: Sdk, program: Program, take: (line: string) => void): Promise<void> {
	const built = await buildForSimulator(sdk, program);
	const display = await startDisplay();
	try {
		let finish = (): void => {};
		const done = new Promise<void>((resolve) => {
			finish = resolve;
		});
		const onTrace = (line: string) => (line === "done" ? finish() : take(line));
		const device = await ModdableSimulator.start({
			sdk,
			program: built.program,
			display: display.name,
			onTrace,
		});
		const ended = device.exited.then(({ reason }): never => {
			throw new Error(`The program did not come to its end: ${reason}`);
		});
		await Promise.race([done, ended]);
		await Promise.all([device.stop(), ended.catch(() => {})]);
	} finally {
		await display.stop();
	}
}
