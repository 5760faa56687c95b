import { fileURLToPath } from "node:url";
import { Simulator } from "../../sim/xs/simulator.js";
import { type CaseName, Collector, type Expense } from "./collector.js";

function pathOf(file: string): string {
	return fileURLToPath(new URL(file, import.meta.url));
}

/**
 * On a device the codec of frames, the ring of messages, the JSON limits, the seed and copies of long arrays are native. Here they
 * are JavaScript, so they are left out; the benchmark's masked frames use a masking key of 0. bench:moddable includes them all.
 */
export const aliases = {
	[pathOf("../../modules/rfc6455/framecodec.ts")]: pathOf("./nocodec.ts"),
	[pathOf("../../modules/rfc6455/messagering.ts")]: pathOf("./nocodec.ts"),
	[pathOf("../../modules/json/jsonlimits.ts")]: pathOf("./nolimits.ts"),
	[pathOf("../../modules/rfc6455/seed.ts")]: pathOf("./noseed.ts"),
	[pathOf("../../sim/xs/device/typedarrays.ts")]: pathOf("./nowrappers.ts"),
};

const main = pathOf("./device/main.ts");

/** One turn of the benchmark may take long. */
const hangTimeout = 60000;

/**
 * Counts the resources that each case uses per message.
 * @param messages number of messages, a multiple of every batch
 * @param only regular expression that selects cases by name
 * @param engine path of the engine's binary; default: the simulator's
 */
export async function countOnNpmEngine(
	messages = 100,
	only = "",
	engine?: string,
): Promise<{ cases: CaseName[]; expenses: Expense[] }> {
	const collector = await runOnNpmEngine({ count: messages, only }, engine);
	return { cases: collector.cases, expenses: collector.expenses(messages) };
}

/**
 * Runs the benchmark on the XS engine from npm.
 * @param config configuration, see device/run.ts
 * @param engine path of the engine's binary; default: the simulator's
 * @param program path of the device program; default: all cases but those of broadcasts
 * @throws Error if the device ends before the benchmark
 */
export async function runOnNpmEngine(config: object, engine?: string, program = main): Promise<Collector> {
	const collector = new Collector();
	const device = await Simulator.start({
		program,
		aliases,
		config,
		hangTimeout,
		...(engine !== undefined && { engine }),
		onTrace: (line, { meter }) => collector.take(line, meter),
	});
	await Promise.race([
		collector.done,
		device.exited.then(({ reason }): never => {
			throw new Error(`The benchmark ended too early: ${reason}`);
		}),
	]);
	await device.stop();
	return collector;
}
