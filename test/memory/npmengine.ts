import { fileURLToPath } from "node:url";
import { type Memory, Simulator } from "../../sim/xs/simulator.js";
import { countOnNpmEngine } from "../bench/npmengine.js";
import { type MemoryReport, type Reading, report } from "./report.js";

const program = fileURLToPath(new URL("./device/main.ts", import.meta.url));

/** One step may take long. */
const hangTimeout = 60000;

/**
 * Measures memory on the XS engine from npm.
 * @param engine path of the engine's binary
 * @throws Error if the device ends too early
 */
export async function measureOnNpmEngine(engine: string): Promise<MemoryReport> {
	const readings = await walk(engine);
	const { cases, expenses } = await countOnNpmEngine(10, "^(?!.*queue 100)", engine);
	const slotSize = readings[0]?.slotSize ?? Number.NaN;
	return report("XS 13 (npm)", slotSize, readings, cases, expenses);
}

async function walk(engine: string): Promise<(Reading & Memory)[]> {
	const readings: Promise<Reading & Memory>[] = [];
	let finish = (): void => {};
	const done = new Promise<void>((resolve) => {
		finish = resolve;
	});
	const device = await Simulator.start({
		program,
		engine,
		hangTimeout,
		onTrace(line, machine) {
			const name = /^step (.*) $/.exec(line)?.[1];
			if (name !== undefined) readings.push(machine.memory().then((memory) => ({ name, ...memory })));
			else if (line === "done") finish();
			else console.error(line);
		},
	});
	const ended = device.exited.then(({ reason }): never => {
		throw new Error(`The measurement ended too early: ${reason}`);
	});
	await Promise.race([done, ended]);
	const all = await Promise.all(readings);
	await device.stop().then(() => ended.catch(() => {}));
	return all;
}
