import { fileURLToPath } from "node:url";
import test from "ava";
import { Simulator } from "../../sim/xs/simulator.js";

test("a step is read when its deferred work is done, also on a slow device", async (t) => {
	const lines: string[] = [];
	let finish = (): void => {};
	const done = new Promise<void>((resolve) => {
		finish = resolve;
	});
	const device = await Simulator.start({
		program: fileURLToPath(new URL("./device/deferring.ts", import.meta.url)),
		onTrace(line) {
			lines.push(line);
			if (line === "done") finish();
		},
	});
	t.teardown(() => device.stop());
	const ended = device.exited.then(({ reason }) => Promise.reject(new Error(reason)));
	await Promise.race([done, ended]);
	ended.catch(() => {});
	t.deepEqual(lines, ["step deferring in time", "done"]);
});
