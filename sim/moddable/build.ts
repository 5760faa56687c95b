/** Builds device programs with the SDK's mcconfig. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { buildFolder, type Sdk } from "./sdk.js";

/** Build type. "instrument" is a release build that reports exceptions and memory use. */
export type Kind = "release" | "instrument" | "debug";

const kindOptions: Record<Kind, string[]> = { release: [], instrument: ["-i"], debug: ["-dn"] };

export interface BuildOptions {
	/** Absolute path of the manifest. */
	manifest: string;
	/** Name of the program; default: the name of the manifest's folder. */
	name?: string;
	kind?: Kind;
	/** Configuration for mc/config, passed as strings. */
	config?: Record<string, string | number>;
	/** Output folder. */
	output?: string;
}

/** Output of the linker. */
export interface Linked {
	/** For example "1099 instances, 1312 keys, 68 colors, 0 holes". */
	summary: string;
	/** Warnings, without those about the SDK's own modules. */
	warnings: string[];
}

export interface Built extends Linked {
	/** Absolute path of the program. */
	program: string;
}

/**
 * Builds a device program for the SDK's simulator on this computer.
 * @throws Error with the compiler output if the build fails
 */
export async function buildForSimulator(sdk: Sdk, options: BuildOptions): Promise<Built> {
	const { manifest, kind = "instrument", config = {}, output = buildFolder } = options;
	const name = options.name ?? basename(dirname(manifest));
	mkdirSync(output, { recursive: true });
	const settings = Object.entries(config).map(([key, value]) => `${key}=${value}`);
	const command = [...kindOptions[kind], "-m", "-p", sdk.platform, "-t", "build", "-o", output, manifest];
	const log = await run(sdk.tool("mcconfig"), [...command, ...settings], sdk.environment);
	// An up-to-date program is not linked again: there is no linker output then.
	return { program: join(output, "bin", sdk.platform, "mc", kind, name, "mc.so"), ...linked(log) };
}

/**
 * Runs a tool of the SDK and returns its output.
 * @throws Error with the relevant lines of the output if it fails
 */
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
	const errors = lines.filter((line) => /error|fail|not found|missing|# tsc.*\n/i.test(line));
	const shown = errors.length ? errors : lines.slice(-20);
	throw new Error(`${basename(command)} ${options.join(" ")} failed:\n${shown.slice(0, 30).join("\n")}`);
}

/** SDK modules for which the linker prints warnings in every program that uses the network, TLS or DNS-SD. */
const sdkWarnings = /^(?:wifi|listener|ssl\/\w+|embedded:network\/dnssd):/;

/** Extracts the linker's messages from the output of a build. */
export function linked(output: string): Linked {
	const lines = output.split("\n").filter((line) => line.startsWith("### "));
	const summary = lines.find((line) => /^### \d+ instances/.test(line))?.slice(4) ?? "";
	const warnings = lines
		.filter((line) => line.startsWith("### warning: "))
		.map((line) => line.slice("### warning: ".length))
		.filter((line) => !sdkWarnings.test(line));
	return { summary, warnings };
}
