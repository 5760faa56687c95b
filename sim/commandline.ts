/** Option parsing and exit status of the command-line programs. */

import { type ParseArgsConfig, parseArgs } from "node:util";

/** Values of the options that were given, by name. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Runs a command and sets the exit status of the process. An error is printed to standard error without its
 * stack.
 * @param usage text for `--help`
 * @param names the options: "string" if the option takes a value, "boolean" otherwise
 * @param run runs the command with the given options; returns the exit status
 */
export async function runCommand(
	usage: string,
	names: Readonly<Record<string, "string" | "boolean">>,
	run: (values: Values) => Promise<number>,
): Promise<void> {
	// The reader of the output may close the pipe early.
	for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
	try {
		const options: NonNullable<ParseArgsConfig["options"]> = { help: { type: "boolean" } };
		for (const [name, type] of Object.entries(names)) options[name] = { type };
		const { values } = parseArgs({ options });
		if (values["help"]) console.log(usage);
		else process.exitCode = await run(values as Values);
	} catch (error) {
		const { message, code } = error as Error & { code?: string };
		// parseArgs() appends advice on further lines.
		console.error(code?.startsWith("ERR_PARSE_ARGS") ? message.split("\n", 1)[0] : message);
		process.exitCode = 1;
	}
}

/**
 * Reads an option that takes a whole number.
 * @throws RangeError with the option's name, value and range
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
