/** What command-line programs share: options, and how they end. */

import { type ParseArgsConfig, parseArgs } from "node:util";

/** The options of a command that are given, by name. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Runs a command: its exit status becomes that of the process, and an error a sentence on standard error.
 * @param usage what `--help` shows
 * @param names the options it takes: "string" for those with a value, "boolean" for the others
 * @param run does the work with the options given; gives the exit status
 */
export async function runCommand(
	usage: string,
	names: Readonly<Record<string, "string" | "boolean">>,
	run: (values: Values) => Promise<number>,
): Promise<void> {
	// Who started the command may stop to read what it says.
	for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
	try {
		const options: NonNullable<ParseArgsConfig["options"]> = { help: { type: "boolean" } };
		for (const [name, type] of Object.entries(names)) options[name] = { type };
		const { values } = parseArgs({ options });
		if (values["help"]) console.log(usage);
		else process.exitCode = await run(values as Values);
	} catch (error) {
		const { message, code } = error as Error & { code?: string };
		// parseArgs() may give advice in further lines.
		console.error(code?.startsWith("ERR_PARSE_ARGS") ? message.split("\n", 1)[0] : message);
		process.exitCode = 1;
	}
}

/**
 * An option that is a whole number.
 * @throws RangeError that names it and what it may be
 */
export function integerOption(
	values: Values,
	name: string,
	fallback: number,
	lowest: number,
	highest: number,
): number {
	const text = values[name];
	if (text === undefined) return fallback;
	const value = typeof text === "string" && /^\d+$/.test(text) ? Number(text) : Number.NaN;
	if (value >= lowest && value <= highest) return value;
	throw new RangeError(`--${name} is ${text}: it must be a whole number from ${lowest} to ${highest}.`);
}
