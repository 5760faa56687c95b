import { fileURLToPath } from "node:url";
import test from "ava";
import { Simulator } from "../../../sim/xs/simulator.js";
import { Random } from "../../support/random.js";

// BOUNDED_TCP_SEED=N repeats the run of that seed.
const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Runs a device program on the stand-in for pico's lwIP, until it traces "done". Returns what it traces before. */
async function trace(program: string, config: object): Promise<string[]> {
	const lines: string[] = [];
	let finish = (): void => {};
	const done = new Promise<void>((resolve) => {
		finish = resolve;
	});
	const device = await Simulator.start({
		program: pathOf(program),
		config,
		aliases: {
			"embedded:io/socket/tcp": pathOf("./device/lwip.ts"),
			"embedded:io/socket/listener": pathOf("./device/listener.ts"),
		},
		onTrace(line) {
			if (line === "done") finish();
			else lines.push(line);
		},
	});
	const ended = device.exited.then(({ reason }) => lines.push(reason));
	await Promise.race([done, ended]);
	await device.stop();
	return lines.filter((line) => line !== "stopped");
}

const random = new Random("BOUNDED_TCP_SEED");

test(`whatever the sockets of a machine write, lwIP's memory holds it, seed ${random.seed}`, async (t) => {
	for (let run = 0; run < 12; run++) {
		const seed = run === 0 ? random.seed : random.integer(0, 2 ** 31);
		t.deepEqual(await trace("./device/fuzz.ts", { seed }), [], `seed ${seed}`);
	}
});

test("a listener passes over connections that are lost, and closes them", async (t) => {
	t.deepEqual(await trace("./device/accepting.ts", {}), ["accepted 2", "closed 4"]);
});

test("a connection that cannot be made is closed, because lwIP has few", async (t) => {
	t.deepEqual(await trace("./device/offline.ts", {}), [
		"Error: connect error",
		"Error: connect error",
		"left open: 0",
		"the owner",
		"another one",
	]);
});
