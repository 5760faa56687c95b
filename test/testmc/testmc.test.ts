import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { Simulator } from "../../sim/xs/simulator.js";
import { Queue } from "../support/queue.js";

const folder = fileURLToPath(new URL("tests/", import.meta.url));
const harness = fileURLToPath(new URL("harness.ts", import.meta.url));

/** The frontmatter of a test, as xsbug reads it. */
function flagsOf(source: string): string[] {
	const frontmatter = /^\/\*---\n([\s\S]*?)\n---\*\//.exec(source)?.[1];
	const flags = /^flags: \[(.*)\]$/m.exec(frontmatter ?? "")?.[1];
	return (flags ?? "").split(/, */);
}

for (const name of readdirSync(folder))
	test(`testmc: ${name} passes on the XS engine from npm`, async (t) => {
		const source = readFileSync(folder + name, "utf8");
		const flags = flagsOf(source);
		t.true(flags.includes("module"), "xsbug runs tests without the flag as programs, which cannot import");
		const lines = new Queue<string>(`line of ${name}`);
		const work = mkdtempSync(join(tmpdir(), "xs-web-socket-testmc-"));
		t.teardown(() => rmSync(work, { recursive: true, force: true }));
		// The engine from npm has no top-level await in scripts: the test becomes the body of a function.
		const imports = source.match(/^import .*$/gm) ?? [];
		const body = source.replace(/^import .*$/gm, "");
		const program = join(work, "main.js");
		writeFileSync(
			program,
			[
				`import { run } from ${JSON.stringify(harness)};`,
				...imports,
				`run(${flags.includes("async")}, async () => {${body}});`,
			].join("\n"),
		);
		const device = await Simulator.start({ program, onTrace: (line) => lines.put(line) });
		device.exited.then(({ reason }) => lines.put(`the device ended: ${reason}`));
		t.teardown(() => device.stop());
		t.is(await lines.next(), "passed");
	});
