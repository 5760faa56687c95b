/** Runs the tests against a target. The verdict of each is "passed", "failed", or "impossible" on that target. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Parser, type Result } from "tap-parser";
import { root } from "../../../sim/moddable/sdk.js";
import type { Limit } from "./limit.js";

export type Verdict = "passed" | "failed" | "impossible";

/** Result of one test. */
export interface Judged {
	name: string;
	verdict: Verdict;
	/** Why it failed or is not possible. */
	reason: string;
}

/**
 * Runs ava.
 * @param files Paths and patterns of test files.
 * @param options Further options for ava.
 * @param limits Known limits of the target. A listed test may fail, and must not pass.
 * @param tell Called with each result as soon as it is known.
 */
export async function runTests(
	files: readonly string[],
	options: readonly string[],
	environment: NodeJS.ProcessEnv,
	limits: readonly Limit[],
	tell: (judged: Judged) => void,
): Promise<Judged[]> {
	const fatal = limits.filter(({ fatal }) => fatal !== undefined && files.includes(fatal));
	const all: Judged[] = fatal.map(({ test, reason }) => ({ name: test, verdict: "impossible", reason }));
	for (const judged of all) tell(judged);
	const parser = new Parser();
	parser.on("assert", (result: Result) => {
		const judged = judge(result, limits);
		all.push(judged);
		tell(judged);
	});
	const left = fatal.map(({ test }) => `--match=!${test}*`);
	const child = spawn(
		join(root, "node_modules/.bin/ava"),
		["--tap", "--timeout=10m", ...left, ...options, ...files],
		{
			cwd: root,
			env: { ...process.env, ...environment },
			stdio: ["ignore", "pipe", "inherit"],
		},
	);
	child.stdout.pipe(parser);
	const [[status]] = await Promise.all([once(child, "close"), once(parser, "complete")]);
	if (all.length === fatal.length) throw new Error("No test was run.");
	// ava reports some failures without a test: a file that cannot be loaded, for example.
	if (status !== 0 && all.every(({ verdict, reason }) => verdict === "passed" && reason === ""))
		throw new Error(`ava failed with status ${status}, but no test did.`);
	return all;
}

function judge({ ok, name, diag, skip, todo }: Result, limits: readonly Limit[]): Judged {
	// ava puts the file's name before the title when it runs several.
	const title = name.slice(name.lastIndexOf(" › ") + 1).replace(/^› /, "");
	const limit = limits.find(({ test }) => title.startsWith(test));
	if (skip || todo)
		return { name, verdict: "failed", reason: "the test is skipped; it must state why it cannot be run" };
	if (ok) {
		if (!limit || limit.sometimes) return { name, verdict: "passed", reason: "" };
		return {
			name,
			verdict: "failed",
			reason: `the test passes, but is listed as not possible: ${limit.reason}`,
		};
	}
	const told = explain(diag);
	const impossible = /NotOnThisTarget[^{]*\{\s*message: (['"`])(.*)\1/.exec(told)?.[2];
	if (impossible !== undefined)
		return { name, verdict: "impossible", reason: impossible.replace(/\\(['"`])/g, "$1") };
	if (limit) return { name, verdict: "impossible", reason: limit.reason };
	return { name, verdict: "failed", reason: told };
}

/** Returns ava's description of a failure as text. */
function explain(diag: unknown): string {
	if (typeof diag !== "object" || diag === null) return "no diagnosis";
	const { name, message, details, at } = diag as Diagnosis;
	const told = Object.entries(details ?? {}).flatMap(([label, value]) => [label, String(value)]);
	return [`${name ?? "Error"}: ${message ?? ""}`, ...told, `at ${at ?? "an unknown position"}`].join("\n");
}

/** ava's description of a failed test. */
interface Diagnosis {
	name?: string;
	message?: string;
	details?: Record<string, unknown>;
	at?: string;
}
