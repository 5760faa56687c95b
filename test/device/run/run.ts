/** Runs the tests on the Moddable SDK: `npm run test:moddable`, `npm run test:device`. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import colors from "picocolors";
import { runCommand, type Values } from "../../../sim/commandline.js";
import { buildForSimulator } from "../../../sim/moddable/build.js";
import { startDisplay } from "../../../sim/moddable/display.js";
import { root, Sdk } from "../../../sim/moddable/sdk.js";
import { addressVariable } from "../target/board.js";
import { displayVariable, programVariable } from "../target/moddable.js";
import { type Judged, runTests } from "./judge.js";
import type { Limit } from "./limit.js";
import { elsewhere, limits } from "./limits.js";

const usage = `Usage: npm run test:moddable [-- [--native] [FILE...]]
       npm run test:device -- ADDRESS[:PORT] [FILE...]

Builds the test agent with the Moddable SDK (MODDABLE), runs it in the SDK's simulator, and runs the tests of
test/peer and test/conformance, or the files named, against it. The second form runs them against a board at
ADDRESS that runs the agent: mcconfig -m -p esp32 test/device/agent/manifest.json ssid=... password=...

  --native   build the agent with the SDK's own WebSocketClient in place of this project's (manifest_native.json)
  --help     show this text
`;

/** The folders of the tests that a target can run. */
const folders = ["test/peer", "test/conformance"];

interface Run {
	/** Name of the target in the summary. */
	title: string;
	environment: NodeJS.ProcessEnv;
	/** Options for ava. */
	options: readonly string[];
	limits: readonly Limit[];
	/** Stops the processes that were started for the run. */
	stop(): Promise<void>;
}

async function prepareSimulator(native: boolean): Promise<Run> {
	const sdk = new Sdk();
	const manifest = join(root, "test/device/agent", native ? "manifest_native.json" : "manifest.json");
	const built = await buildForSimulator(sdk, { manifest, name: native ? "agent-native" : "agent" });
	if (built.summary) console.log(`Linked: ${built.summary}.`);
	if (built.warnings.length)
		throw new Error(`Linker warnings:\n${built.warnings.map((warning) => `  ${warning}`).join("\n")}`);
	const display = await startDisplay();
	return {
		title: `Moddable SDK ${sdk.version}, simulator, ${native ? "the SDK's WebSocketClient" : "modules/rfc6455"}`,
		environment: {
			XS_WEB_SOCKET_TARGET: "moddable",
			XS_WEB_SOCKET_ENGINE: native ? "native" : "own",
			[programVariable]: built.program,
			[displayVariable]: display.name,
		},
		// The simulator polls sockets every 20 ms: with parallel tests on one device, timeouts would expire. Several
		// devices can run in parallel, because an idle one uses little CPU time.
		options: ["--serial", "--concurrency=6"],
		limits: limits[native ? "native" : "moddable"],
		stop: () => display.stop(),
	};
}

function prepareDevice(address: string): Run {
	return {
		title: `the board at ${address}`,
		environment: { XS_WEB_SOCKET_TARGET: "device", [addressVariable]: address },
		// One test at a time: there is one agent, and a board has few sockets.
		options: ["--concurrency=1", "--serial"],
		limits: limits.device,
		async stop() {},
	};
}

function allFiles(): string[] {
	return folders
		.filter((folder) => existsSync(join(root, folder)))
		.flatMap((folder) =>
			readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(
				(file) => `${folder}/${file}`,
			),
		)
		.filter((file) => file.endsWith(".test.ts"))
		.sort();
}

function tell({ name, verdict, reason }: Judged): void {
	if (verdict === "passed") console.log(`${colors.green("✔")} ${name}`);
	else if (verdict === "impossible")
		console.log(`${colors.yellow("–")} ${name} ${colors.dim(`(${reason})`)}`);
	else console.log(`${colors.red("✖")} ${name}\n${reason.replace(/^/gm, "    ")}`);
}

function summarize(title: string, all: readonly Judged[], left: readonly string[]): number {
	const of = (verdict: Judged["verdict"]) => all.filter((judged) => judged.verdict === verdict);
	const [passed, failed, impossible] = [of("passed"), of("failed"), of("impossible")];
	if (impossible.length + left.length) console.log("\nNot possible on this target:");
	const reasons = new Map<string, string[]>();
	for (const { name, reason } of impossible) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
	for (const [reason, names] of reasons) {
		console.log(`  ${reason}: ${names.length}`);
		for (const name of names) console.log(colors.dim(`    ${name}`));
	}
	for (const file of left) console.log(`  ${file} ${elsewhere[file]}`);
	if (failed.length) console.log(`\nFailed:\n${failed.map(({ name }) => `  ${name}`).join("\n")}`);
	console.log(
		`\n${title}: ${passed.length} passed, ${failed.length} failed, ${impossible.length} not possible, of ${all.length} tests.`,
	);
	return failed.length ? 1 : 0;
}

const options = { native: "boolean", device: "boolean" } as const;

async function runAll(
	{ native = false, device }: Values<typeof options>,
	words: readonly string[],
): Promise<number> {
	const address = device ? words[0] : undefined;
	if (device && address === undefined)
		throw new Error("Name the address of the board: npm run test:device -- ADDRESS");
	const files = device ? words.slice(1) : words;
	const named = files.length > 0 ? files : allFiles();
	const left = named.filter((file) => file in elsewhere);
	const possible = named.filter((file) => !(file in elsewhere));
	const run = address === undefined ? await prepareSimulator(native) : prepareDevice(address);
	// Exit, so that the exit handlers run.
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
	try {
		const all = await runTests(possible, run.options, run.environment, run.limits, tell);
		return summarize(run.title, all, left);
	} finally {
		await run.stop();
	}
}

await runCommand(usage, options, runAll, true);
