import { execFile, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test from "ava";
import { EngineMissing, engineBinary } from "../../../sim/xs/engine.js";
import { Simulator } from "../../../sim/xs/simulator.js";
import { startDevice } from "./support.js";

const program = (name: string) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));

/** Whether a process is there and not merely waiting to be buried. */
async function lives(processId: number): Promise<boolean> {
	const { stdout } = await promisify(execFile)("ps", ["-o", "stat=", "-p", String(processId)]).catch(() => ({
		stdout: "",
	}));
	return stdout.trim() !== "" && !stdout.startsWith("Z");
}

test("an exception that leaves a callback ends the machine, with its message and the lines of the source", async (t) => {
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

test("a rejection that nobody handles ends the machine", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "rejection" } });
	const { kind, reason } = await simulator.exited;
	t.is(kind, "abort");
	t.regex(reason, /^unhandled rejection: Error: nobody cares\n at .*ends\.ts:20/);
});

test("a stack overflow ends the machine", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "stack" } });
	const { kind, reason } = await simulator.exited;
	t.is(kind, "crash");
	t.regex(reason, /the stack overflowed/);
});

test("a callback that does not return is found out, and its process ends", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "loop" }, hangTimeout: 300 });
	const { processId } = simulator;
	const { kind, reason } = await simulator.exited;
	t.is(kind, "hang");
	t.regex(reason, /no answer for 300 milliseconds/);
	t.false(await lives(processId ?? 0));
});

test("a device in Timer.delay does not hang", async (t) => {
	const { line } = await startDevice(t, "ends", { config: { end: "wait" }, hangTimeout: 300 });
	t.is(await line(/waited/), "waited");
});

test("the engine's process is gone after stop(), which may be called again", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "never" } });
	const { processId } = simulator;
	t.true(await lives(processId ?? 0));
	await simulator.stop();
	t.false(await lives(processId ?? 0));
	await simulator.stop();
	t.is((await simulator.exited).kind, "stop");
	await t.throwsAsync(simulator.memory(), { message: /has ended: stopped/ });
});

test("an engine killed from outside is a crash that shows", async (t) => {
	const { simulator } = await startDevice(t, "ends", { config: { end: "never" } });
	process.kill(simulator.processId ?? 0, "SIGKILL");
	const { kind, reason } = await simulator.exited;
	t.is(kind, "crash");
	t.regex(reason, /killed by SIGKILL/);
});

test("the engine ends with the Node process, even when that is killed", async (t) => {
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

test("a program that does not compile is a sentence, not a device", async (t) => {
	await t.throwsAsync(Simulator.start({ program: program("missing") }), {
		message: /The device program .*missing\.ts could not be built/,
	});
});

test("windows that make no sense are refused by name and value", async (t) => {
	await t.throwsAsync(Simulator.start({ program: program("ends"), readWindow: 0 }), {
		instanceOf: RangeError,
		message: /readWindow is 0/,
	});
	await t.throwsAsync(Simulator.start({ program: program("ends"), splitReads: { minimum: 3, maximum: 2 } }), {
		instanceOf: RangeError,
		message: /splitReads is .*"minimum":3/,
	});
});

test("an engine that was not compiled is a sentence that says what to install and what to run", (t) => {
	const error = t.throws(() => engineBinary("/nowhere"), { instanceOf: EngineMissing });
	t.regex(error.message, /sudo apt-get install build-essential\), then run npm rebuild @agoric\/xsnap\.$/);
	t.false(error.stack?.includes("\n"));
	t.regex(new EngineMissing("npm install", "v20.19.0").message, /build-essential\), then run npm install\.$/);
	t.regex(new EngineMissing("npm install", "v24.1.0").message, /Node\.js 20 and 22 .* v24\.1\.0: change/);
});
