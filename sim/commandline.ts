/** Option parsing and exit status of the command-line programs. */

import { type ParseArgsConfig, parseArgs } from "node:util";

/** The options of a command by name: "string" takes a value, "list" one or more, "boolean" none. */
export type Names = Readonly<Record<string, "string" | "list" | "boolean">>;

interface ValueTypes {
	string: string;
	list: readonly string[];
	boolean: boolean;
}

/** The options given on the command line. */
export type Values<N extends Names = Names> = { readonly [Name in keyof N]?: ValueTypes[N[Name]] };

/**
 * Runs a command and sets the exit status of the process. An error is printed to standard error without its
 * stack.
 * @param usage text for `--help`
 * @param names the options that the command takes
 * @param run runs the command; returns the exit status
 * @param takesWords whether words that are not options may follow; they are an error otherwise
 */
export async function runCommand<const N extends Names>(
	usage: string,
	names: N,
	run: (values: Values<N>, words: readonly string[]) => Promise<number>,
	takesWords = false,
): Promise<void> {
	// The reader of the output may close the pipe early.
	for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
	try {
		const options: NonNullable<ParseArgsConfig["options"]> = { help: { type: "boolean" } };
		for (const [name, type] of Object.entries(names))
			options[name] = type === "list" ? { type: "string", multiple: true } : { type };
		const { values, positionals } = parseArgs({ options, allowPositionals: takesWords });
		if (values["help"]) console.log(usage);
		else process.exitCode = await run(values as Values<N>, positionals);
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
export function integerOption<Fallback extends number | undefined>(
	values: Values,
	name: string,
	fallback: Fallback,
	lowest: number,
	highest = Number.POSITIVE_INFINITY,
): number | Fallback {
	const text = values[name];
	if (text === undefined) return fallback;
	const value = typeof text === "string" && /^\d+$/.test(text) ? Number(text) : Number.NaN;
	if (value >= lowest && value <= highest) return value;
	const range =
		highest === Number.POSITIVE_INFINITY ? `, at least ${lowest}` : ` from ${lowest} to ${highest}`;
	throw new RangeError(`--${name} is ${text}: it must be a whole number${range}.`);
}
