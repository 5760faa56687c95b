/** `npm run fuzz`: random octets for the device, as a client and as a server, until the time is up. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { fuzz } from "./session.js";

const usage = `Usage: npm run fuzz -- [options]

  --seconds N   how long to go on (default 30)
  --seed S      a seed gives the same cases again (default: a new one)
  --case N      only this case of the seed
  --json        print the result as JSON, as the last line
  --help        show this text
`;

function wholeNumber(name: string, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	if (!/^\d+$/.test(text)) throw new Error(`--${name} is ${text}: it must be a whole number.`);
	return Number(text);
}

const { values } = parseArgs({
	options: {
		seconds: { type: "string" },
		seed: { type: "string" },
		case: { type: "string" },
		json: { type: "boolean" },
		help: { type: "boolean" },
	},
});
if (values.help) console.log(usage);
else {
	const seed = wholeNumber("seed", values.seed) ?? randomInt(2 ** 31);
	const only = wholeNumber("case", values.case);
	const seconds = wholeNumber("seconds", values.seconds) ?? 30;
	if (!values.json) console.log(`seed ${seed}`);
	const result = await fuzz(only === undefined ? { seed, seconds } : { seed, first: only, cases: 1 });
	const { cases, client, server, endings, failed, memory } = result;
	if (!values.json) {
		for (const [ending, count] of Object.entries(endings).sort(([, a], [, b]) => b - a))
			console.log(`${String(count).padStart(8)}  ${ending}`);
		console.log(`${cases} cases, ${client} with the device as the client, ${server} as the server`);
		console.log(`memory before ${JSON.stringify(memory.before)}, after ${JSON.stringify(memory.after)}`);
		for (const failure of failed)
			console.log(`\nFAILED: --seed ${seed} --case ${failure.case}: ${JSON.stringify(failure, null, "\t")}`);
	}
	if (failed.length > 0 || cases === 0) process.exitCode = 1;
	if (values.json) console.log(JSON.stringify({ seconds, ...result }));
}
