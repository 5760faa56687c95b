import test from "ava";
import { startDevice } from "./support.js";

test("a program has the SDK's globals and its configuration, and no globals of the engine's host", async (t) => {
	const device = await startDevice(t, "surroundings", { config: { answer: 42 } });
	await device.line(/a job ran/);
	t.deepEqual(device.lines, [
		'config {"answer":42}',
		"one line 1 true",
		"and another",
		"found []",
		"fromString 97 195 169 226 130 172 240 159 152 128 0",
		"lone surrogate 237 160 128",
		"fromArrayBuffer true",
		"fromArrayBuffer accepts a surrogate true",
		"fromArrayBuffer rejects 128",
		"fromArrayBuffer rejects 195",
		"fromArrayBuffer rejects 226 130",
		"fromArrayBuffer rejects 195 65",
		"toWellFormed true",
		"toBase64 AQIDBA==",
		"irandom true",
		"a job ran",
	]);
});

test("memory() counts the slots and chunks in use", async (t) => {
	const little = await startDevice(t, "memory", { config: { bytes: 10, objects: 10 } });
	const much = await startDevice(t, "memory", { config: { bytes: 100_010, objects: 1010 } });
	const before = await little.simulator.memory();
	const after = await much.simulator.memory();
	t.true(before.slots > 1000 && before.chunks > 1000);
	// Each array element takes a slot inside a chunk.
	const chunks = after.chunks - before.chunks;
	const { slotSize } = before;
	t.true(slotSize === 16 || slotSize === 32, `${slotSize} bytes per slot`);
	const most = 100_000 + 1100 * slotSize;
	t.true(chunks >= 100_000 + 1000 * slotSize && chunks <= most, `${chunks} bytes more`);
	const slots = after.slots - before.slots;
	t.true(slots >= 1000 && slots <= 1100, `${slots} slots more`);
});
