import { fileURLToPath } from "node:url";
import { Simulator } from "../../sim/xs/simulator.js";
import { type CaseName, Collector } from "./collector.js";

const program = fileURLToPath(new URL("./device/main.ts", import.meta.url));
/**
 * On a device masking is native. Here it is a loop in JavaScript that would hide all else, so it is left out: the
 * benchmark's masked frames have a masking key of 0.
 */
const aliases = { logical: fileURLToPath(new URL("./nologic.ts", import.meta.url)) };

/** A turn of the benchmark takes its time. */
const hangTimeout = 60000;

/** Messages by which computrons are counted. */
const messages = 100;

/** Counts the computrons of each case, a message. */
export async function countOnNpmEngine(): Promise<{ cases: CaseName[]; computrons: number[] }> {
	const collector = await runOnNpmEngine({ count: messages });
	return { cases: collector.cases, computrons: collector.computrons(messages) };
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
		onTrace: (line, { computrons }) => collector.take(line, computrons),
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
