import test from "ava";
import { Agent } from "../device/driver/driver.js";

test("JSON is measured on the device as the vectors say, in C where the device has it", async (t) => {
	const agent = await Agent.start();
	t.teardown(() => agent.stop());
	t.deepEqual(await agent.run({ do: "call", on: "vectors", method: "json", arguments: [] }), [[]]);
});

test("frames are encoded, decoded and queued on the device as the vectors say, in C where the device has it", async (t) => {
	const agent = await Agent.start();
	t.teardown(() => agent.stop());
	t.deepEqual(await agent.run({ do: "call", on: "vectors", method: "frames", arguments: [] }), [[]]);
});
