import { fileURLToPath } from "node:url";
import { Simulator } from "../../sim/xs/simulator.js";
import { type CaseName, Collector, type Expense } from "./collector.js";

const program = fileURLToPath(new URL("./device/main.ts", import.meta.url));

function pathOf(file: string): string {
	return fileURLToPath(new URL(file, import.meta.url));
}

/**
 * On a device masking and measuring JSON are native. Here they are loops in JavaScript that would hide all else, so they
 * are left out: the benchmark's masked frames have a masking key of 0. bench:moddable has both.
 */
export const aliases = {
	logical: pathOf("./nologic.ts"),
	[pathOf("../../modules/json/jsonlimits.ts")]: pathOf("./nolimits.ts"),
};

/** A turn of the benchmark takes its time. */
const hangTimeout = 60000;

/**
 * What each case takes a message.
 * @param messages a multiple of every batch
 * @param only a regular expression that the names of the cases match
 */
export async function countOnNpmEngine(
	messages = 100,
	only = "",
): Promise<{ cases: CaseName[]; expenses: Expense[] }> {
	const collector = await runOnNpmEngine({ count: messages, only });
	return { cases: collector.cases, expenses: collector.expenses(messages) };
}

/**
 * Runs the benchmark on the XS engine from npm.
 * @param config as device/run.ts reads it
 * @throws Error if the device ends before the benchmark does
 */
export async function runOnNpmEngine(config: object): Promise<Collector> {
	const collector = new Collector();
	const device = await Simulator.start({
		program,
		aliases,
		config,
		hangTimeout,
		onTrace: (line, { meter }) => collector.take(line, meter),
	});
	await Promise.race([
		collector.done,
		device.exited.then(({ reason }): never => {
			throw new Error(`The benchmark did not come to its end: ${reason}`);
		}),
	]);
	await device.stop();
	return collector;
}
