import { fileURLToPath } from "node:url";
import test from "ava";
import { Simulator } from "../../sim/xs/simulator.js";

test("a step is read when its deferred work is done, also on a slow device", async (t) => {
	const lines: string[] = [];
	await new Promise<void>((resolve, reject) => {
		const started = Simulator.start({
			program: fileURLToPath(new URL("./device/deferring.ts", import.meta.url)),
			onTrace(line) {
				lines.push(line);
				if (line === "done") resolve();
			},
		});
		started.then((device) => {
			t.teardown(() => device.stop());
			void device.exited.then(({ reason }) => reject(new Error(reason)));
		}, reject);
	});
	t.deepEqual(lines, ["step deferring in time", "done"]);
});
