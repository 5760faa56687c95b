import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import test from "ava";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const command = ["--import=tsx", "sim/xs/run.ts"];
const program = (name: string) => `test/unit/simulator/programs/${name}.ts`;

/** Runs the command until it ends. */
function run(...values: string[]): Promise<{ status: number | string; stdout: string; stderr: string }> {
	return new Promise((resolve) => {
		execFile(process.execPath, [...command, ...values], { cwd: root }, (error, stdout, stderr) =>
			resolve({ status: error?.code ?? 0, stdout, stderr }),
		);
	});
}

test("the command prints the program's trace and the reason of its abort", async (t) => {
	const { status, stdout, stderr } = await run(program("ends"), "--config", '{"end":"callback"}');
	t.is(stdout, "started\n");
	t.regex(
		stderr,
		/^The device ended: unhandled exception: RangeError: too far\n at tooFar \(.*ends\.ts:\d+\)/,
	);
	t.is(status, 1);
});

test("Ctrl-C ends the device and the command cleanly", async (t) => {
	const child = spawn(process.execPath, [...command, program("ends"), "--config", '{"end":"never"}'], {
		cwd: root,
		stdio: ["ignore", "pipe", "inherit"],
	});
	t.teardown(() => void child.kill("SIGKILL"));
	const [line] = (await once(createInterface(child.stdout), "line")) as [string];
	t.is(line, "started");
	child.kill("SIGINT");
	t.deepEqual(await once(child, "exit"), [0, null]);
});

test("an invalid command line is rejected with an error message", async (t) => {
	const cases: [values: string[], sentence: RegExp][] = [
		[[], /^Name one device program/],
		[["a.ts", "--config", "7"], /^--config is 7: it must be an object in JSON/],
		[["a.ts", "--read-window", "0"], /^--read-window is 0: it must be a whole number, at least 1/],
		[["a.ts"], /^The device program .*a\.ts could not be built/],
	];
	for (const [values, sentence] of cases) {
		const { status, stderr } = await run(...values);
		t.regex(stderr, sentence);
		t.is(status, 1);
	}
	t.regex((await run("--help")).stdout, /^Usage: /);
});
