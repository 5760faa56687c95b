import { execFile, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test from "ava";
import { EngineMissing, engineBinary } from "../../../sim/xs/engine.js";
import { Simulator } from "../../../sim/xs/simulator.js";
import { startDevice } from "./support.js";

const program = (name: string) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));

/** Returns whether a process is running: a zombie is not. */
async function lives(processId: number): Promise<boolean> {
	const { stdout } = await promisify(execFile)("ps", ["-o", "stat=", "-p", String(processId)]).catch(() => ({
		stdout: "",
	}));
	return stdout.trim() !== "" && !stdout.startsWith("Z");
}

test("an uncaught exception in a callback ends the machine; the reason has its message and source lines", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "callback" } });
	const { kind, reason } = await simulator.exited;
	t.is(kind, "abort");
	t.regex(
		reason,
		/^unhandled exception: RangeError: too far\n at tooFar \(test\/unit\/simulator\/programs\/ends\.ts:9\)/,
	);
	t.regex(reason, /ends\.ts:19\)$/);
});

test("an exception in the main module ends the machine", async (t) => {
	const { simulator, lines } = await startDevice(t, "ends", { config: { end: "main module" } });
	const { kind, reason } = await simulator.exited;
	t.is(kind, "abort");
	t.regex(reason, /RangeError: too far\n at tooFar \(.*ends\.ts:9\)/);
	t.deepEqual(lines, ["started"]);
});

test("an unhandled rejection ends the machine", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "rejection" } });
	const { kind, reason } = await simulator.exited;
	t.is(kind, "abort");
	t.regex(reason, /^unhandled rejection: Error: not handled\n at .*ends\.ts:20/);
});

test("a stack overflow ends the machine", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "stack" } });
	const { kind, reason } = await simulator.exited;
	t.is(kind, "crash");
	t.regex(reason, /the stack overflowed/);
});

test("a callback that does not return is detected, and its process ends", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "loop" }, hangTimeout: 300 });
	const { processId } = simulator;
	const { kind, reason } = await simulator.exited;
	t.is(kind, "hang");
	t.regex(reason, /did not answer for 300 milliseconds/);
	t.false(await lives(processId ?? 0));
});

test("Timer.delay is not considered a hang", async (t) => {
	const { line } = await startDevice(t, "ends", { config: { end: "wait" }, hangTimeout: 3000 });
	t.is(await line(/waited/), "waited");
});

test("stop() ends the engine's process and may be called again", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "never" } });
	const { processId } = simulator;
	t.true(await lives(processId ?? 0));
	await simulator.stop();
	t.false(await lives(processId ?? 0));
	await simulator.stop();
	t.is((await simulator.exited).kind, "stop");
	await t.throwsAsync(simulator.memory(), { message: /has ended: stopped/ });
});

test("an engine that is killed is reported as a crash", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "never" } });
	process.kill(simulator.processId ?? 0, "SIGKILL");
	const { kind, reason } = await simulator.exited;
	t.is(kind, "crash");
	t.regex(reason, /killed by SIGKILL/);
});

test("the engine ends with the Node.js process, even if that is killed", async (t) => {
	const script = `
		import { Simulator } from ${JSON.stringify(new URL("../../../sim/xs/simulator.ts", import.meta.url).href)};
		const device = await Simulator.start({ program: ${JSON.stringify(program("ends"))}, config: { end: "never" } });
		console.log(device.processId);
		setInterval(() => {}, 1000);`;
	const child = spawn(process.execPath, ["--import=tsx", "--input-type=module", "--eval", script], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	t.teardown(() => void child.kill("SIGKILL"));
	const processId = Number(await new Promise<Buffer>((resolve) => child.stdout.once("data", resolve)));
	t.true(await lives(processId));
	child.kill("SIGKILL");
	while (await lives(processId));
	t.pass();
});

test("a program that does not compile is rejected with an error message", async (t) => {
	await t.throwsAsync(Simulator.start({ program: program("missing") }), {
		message: /The device program .*missing\.ts could not be built/,
	});
});

test("invalid windows are rejected with name and value", async (t) => {
	await t.throwsAsync(Simulator.start({ program: program("ends"), readWindow: 0 }), {
		instanceOf: RangeError,
		message: /readWindow is 0/,
	});
	await t.throwsAsync(Simulator.start({ program: program("ends"), splitReads: { minimum: 3, maximum: 2 } }), {
		instanceOf: RangeError,
		message: /splitReads is .*"minimum":3/,
	});
});

test("a missing engine is reported with what to install and which command to run", (t) => {
	const error = t.throws(() => engineBinary("/nowhere"), { instanceOf: EngineMissing });
	t.regex(error.message, /sudo apt-get install build-essential\), then run npm rebuild @agoric\/xsnap\.$/);
	t.false(error.stack?.includes("\n"));
	t.regex(new EngineMissing("npm install", "v20.19.0").message, /build-essential\), then run npm install\.$/);
	t.regex(new EngineMissing("npm install", "v24.1.0").message, /Node\.js 20 and 22, .* v24\.1\.0\. Switch/);
});
