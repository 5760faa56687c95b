import { buildForSimulator, type Kind } from "../../sim/moddable/build.js";
import { startDisplay } from "../../sim/moddable/display.js";
import type { Sdk } from "../../sim/moddable/sdk.js";
import { ModdableSimulator } from "../../sim/moddable/simulator.js";

/** A device program that traces "done" when it ends. */
export interface Program {
	/** Absolute path of the manifest. */
	manifest: string;
	/** Name in the manifest. */
	name: string;
	kind: Kind;
	config?: Record<string, string | number>;
}

/**
 * Builds a program and runs it in the SDK's simulator until it is done.
 * @param take called with each trace line except "done"
 * @throws Error if the build fails or the device ends too early
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
			throw new Error(`The program ended too early: ${reason}`);
		});
		await Promise.race([done, ended]);
		await Promise.all([device.stop(), ended.catch(() => {})]);
	} finally {
		await display.stop();
	}
}
