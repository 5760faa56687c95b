/** `npm run fuzz`: random bytes for the device, as a client and as a server, until the time is up. */
import { randomInt } from "node:crypto";
import { integerOption, runCommand } from "../../sim/commandline.js";
import { fuzz } from "./session.js";

const usage = `Usage: npm run fuzz -- [options]

  --seconds N   how long to go on, 1 or more (default 30)
  --seed S      a seed gives the same cases again (default: a new one)
  --case N      only this case of the seed
  --pages       only requests for pages
  --json        print the result as JSON, as the last line
  --help        show this text
`;

await runCommand(
	usage,
	{ seconds: "string", seed: "string", case: "string", pages: "boolean", json: "boolean" },
	async (values) => {
		const seed = integerOption(values, "seed", randomInt(2 ** 31), 0, Number.MAX_SAFE_INTEGER);
		const only = integerOption(values, "case", -1, 0, Number.MAX_SAFE_INTEGER);
		const seconds = integerOption(values, "seconds", 30, 1, 1e6);
		const onlyPages = values["pages"] === true;
		const json = values["json"] === true;
		if (!json) console.log(`seed ${seed}`);
		const result = await fuzz({
			seed,
			onlyPages,
			...(only < 0 ? { seconds } : { first: only, cases: 1 }),
		});
		const { cases, client, server, endings, failed, memory } = result;
		if (!json) {
			for (const [ending, count] of Object.entries(endings).sort(([, a], [, b]) => b - a))
				console.log(`${String(count).padStart(8)}  ${ending}`);
			console.log(`${cases} cases, ${client} with the device as the client, ${server} as the server`);
			console.log(`memory before ${JSON.stringify(memory.before)}, after ${JSON.stringify(memory.after)}`);
			for (const failure of failed)
				console.log(
					`\nFAILED: ${onlyPages ? "--pages " : ""}--seed ${seed} --case ${failure.case}: ${JSON.stringify(failure, null, "\t")}`,
				);
		}
		if (json) console.log(JSON.stringify({ seconds, ...result }));
		return failed.length > 0 || cases === 0 ? 1 : 0;
	},
);
