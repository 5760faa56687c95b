import test from "ava";
import { npmRun } from "./support.js";

/** Commands with invalid arguments. */
const wrong: [command: string, ...parameters: string[]][] = [
	["fuzz", "--seconds", "x"],
	["fuzz", "--seconds", "0"],
	["fuzz", "--seed=-1"],
	["fuzz", "more"],
	["conformance", "--only", "("],
	["soak", "--minutes", "x"],
	["bench", "--rounds", "x"],
	["bench:check", "--nothing"],
	["memory", "--json=1"],
	["scale", "--count", "0"],
	["echo:server", "--port", "x"],
	["echo:client", "--url", "x"],
	["figures", "--nothing"],
	["interop", "--nothing"],
	["start", "--port", "x"],
	["build:esp32", "x"],
	["test:moddable", "--nothing"],
];

for (const [command, ...parameters] of wrong) {
	test.serial(`${command} ${parameters.join(" ")} is rejected with one line and status 1`, async (t) => {
		const run = npmRun(t, command, ...parameters);
		t.is(await run.status(), 1);
		t.is(run.printed.output, "");
		t.regex(run.printed.errors, /^[^\n]+\n$/);
	});
}

test("--help prints the usage", async (t) => {
	const run = npmRun(t, "fuzz", "--help");
	t.is(await run.status(), 0);
	t.true(run.printed.output.startsWith("Usage: npm run fuzz"));
});
