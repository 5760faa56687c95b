/** Builds device programs with the SDK's mcconfig. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { buildFolder, type Sdk } from "./sdk.js";

/** How the SDK builds: "instrument" is a release that tells exceptions and how much memory is in use. */
export type Kind = "release" | "instrument" | "debug";

const kindOptions: Record<Kind, string[]> = { release: [], instrument: ["-i"], debug: ["-dn"] };

export interface BuildOptions {
	/** Absolute path of the manifest. */
	manifest: string;
	/** Name of the program: that of the manifest's folder unless the manifest has another. */
	name?: string;
	kind?: Kind;
	/** What the program finds in mc/config, as strings. */
	config?: Record<string, string | number>;
	/** Where the results go. */
	output?: string;
}

/** What the linker says of a program. */
export interface Linked {
	/** "1099 instances, 1312 keys, 68 colors, 0 holes" */
	summary: string;
	/** What the linker warns of, but for what the SDK's own modules bring. */
	warnings: string[];
}

export interface Built extends Linked {
	/** Absolute path of the program, for the simulator. */
	program: string;
}

/**
 * Builds a device program for the SDK's simulator on this computer.
 * @throws Error with what the compilers said when it cannot be built
 */
export async function buildForSimulator(sdk: Sdk, options: BuildOptions): Promise<Built> {
	const { manifest, kind = "instrument", config = {}, output = buildFolder } = options;
	const name = options.name ?? basename(dirname(manifest));
	mkdirSync(output, { recursive: true });
	const settings = Object.entries(config).map(([key, value]) => `${key}=${value}`);
	const command = [...kindOptions[kind], "-m", "-p", sdk.platform, "-t", "build", "-o", output, manifest];
	const said = await run(sdk.tool("mcconfig"), [...command, ...settings], sdk.environment);
	// What is up to date is not linked again, and the linker is silent then.
	return { program: join(output, "bin", sdk.platform, "mc", kind, name, "mc.so"), ...linked(said) };
}

/** Runs a tool of the SDK. Gives what it said. @throws Error with the lines that matter when it fails */
export async function run(
	command: string,
	options: readonly string[],
	environment: NodeJS.ProcessEnv,
	folder?: string,
): Promise<string> {
	const child = spawn(command, options, {
		env: environment,
		stdio: ["ignore", "pipe", "pipe"],
		...(folder !== undefined && { cwd: folder }),
	});
	const [out, error, [status]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, "close"),
	]);
	if (status === 0) return out + error;
	const lines = (out + error).split("\n");
	const telling = lines.filter((line) => /error|fail|not found|missing|# tsc.*\n/i.test(line));
	const shown = telling.length ? telling : lines.slice(-20);
	throw new Error(`${basename(command)} ${options.join(" ")} failed:\n${shown.slice(0, 30).join("\n")}`);
}

/** The SDK's own modules that its linker warns of wherever there is a network. */
const theirs = /^(?:wifi|listener):/;

/** What the linker said in the output of a build. */
export function linked(said: string): Linked {
	const lines = said.split("\n").filter((line) => line.startsWith("### "));
	const summary = lines.find((line) => /^### \d+ instances/.test(line))?.slice(4) ?? "";
	const warnings = lines
		.filter((line) => line.startsWith("### warning: "))
		.map((line) => line.slice("### warning: ".length))
		.filter((line) => !theirs.test(line));
	return { summary, warnings };
}
