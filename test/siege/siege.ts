/**
 * `npm run -s siege`: attacks device programs that have the default options, and reports the result of each
 * attack.
 */

import colors from "picocolors";
import { integerOption, runCommand } from "../../sim/commandline.js";
import { attacks, titleOf } from "./attacks.js";
import { besiege, type Result } from "./besiege.js";
import { kindsOf, kindTable } from "./kinds.js";
import { ModdableTarget } from "./target/moddable.js";
import type { Target } from "./target/target.js";
import { xsTarget } from "./target/xs.js";

/** Maximum number of bytes of XS on a device. */
const budget = 100_000;
/** Number of parallel attacks, each on its own device. Most of the time they wait. */
const concurrency = 4;

const usage = `Usage: npm run -s siege -- [options]
       npm run -s siege:moddable -- [options]

Attacks plain device programs (test/siege/device) that have the default options, while an honest peer requests echoes
during and after the attack. Each attack uses a new device. The first form runs on the XS engine from npm. The second
form, and the first one if MODDABLE is set, run in the simulator of the Moddable SDK with the creation of hosts/esp32,
a stack of 384 slots, and a limit on the memory of XS.

  --only REGEX   run only attacks whose titles match
  --xs           use the engine from npm even if MODDABLE is set
  --budget N     memory limit of XS on the Moddable SDK in bytes, 0 for no limit (default ${budget})
  --list         print only the titles
  --markdown     print a table for the documentation, one row per kind of attack
  --json         print each result as JSON, and a summary on the last line
  --help         show this text

A slot counts as 16 bytes. On the Moddable SDK, peaks are the maximum memory reserved by XS: stack, slots, chunks and
tables. On the engine from npm, they are the growth over the idle device, measured in heap snapshots after a
collection; memory that is freed within one callback is not included.
The exit status is 1 if an attack is not survived, because the device ends or an honest peer is not served, or if XS
needs more than ${budget} bytes on the Moddable SDK.`;

function pattern(text: string | boolean | undefined): RegExp {
	try {
		return new RegExp(typeof text === "string" ? text : "");
	} catch (error) {
		throw new Error(`--only is ${text}: it must be a regular expression (${(error as Error).message}).`);
	}
}

function line(result: Result): string {
	const {
		attack,
		survived,
		outcome,
		peakSlots,
		peakChunks,
		peakBytes,
		honestEchoes,
		longestBlockMs,
		failure,
	} = result;
	const mark = survived ? colors.green("✔") : colors.red("✖");
	const figures = [peakSlots, peakChunks, peakBytes, honestEchoes, longestBlockMs];
	const cells = figures.map((figure) => String(figure).padStart(8)).join("");
	return `${mark} ${attack.padEnd(72)}${cells}  ${outcome}${failure ? colors.red(`  ${failure}`) : ""}`;
}

const head = `  ${"attack".padEnd(72)}${["slots", "chunks", "bytes", "echoes", "ms"].map((title) => title.padStart(8)).join("")}  outcome`;

async function run(target: Target, only: RegExp, onResult: (result: Result) => void): Promise<Result[]> {
	const left = attacks.filter((attack) => only.test(titleOf(attack)));
	const results: Result[] = [];
	const worker = async () => {
		for (let attack = left.shift(); attack; attack = left.shift()) {
			const result = await besiege(target, attack);
			results.push(result);
			onResult(result);
		}
	};
	await Promise.all(Array.from({ length: concurrency }, worker));
	return results;
}

await runCommand(
	usage,
	{
		only: "string",
		xs: "boolean",
		moddable: "boolean",
		budget: "string",
		list: "boolean",
		markdown: "boolean",
		json: "boolean",
	},
	async (values) => {
		const only = pattern(values["only"]);
		const limit = integerOption(values, "budget", budget, 0, 2 ** 31 - 1);
		if (values["list"]) {
			for (const attack of attacks) if (only.test(titleOf(attack))) console.log(titleOf(attack));
			return 0;
		}
		if (!attacks.some((attack) => only.test(titleOf(attack))))
			throw new Error(`--only is ${only.source}: no title matches (--list prints all titles).`);
		const json = values["json"] === true;
		const onModdable = values["moddable"] || (process.env["MODDABLE"] && !values["xs"]);
		const target = onModdable ? await ModdableTarget.prepare(limit) : xsTarget;
		const asMarkdown = values["markdown"] === true;
		if (!json && !asMarkdown) console.log(`${target.title}\n\n${head}`);
		try {
			const results = await run(target, only, (result) => {
				if (!asMarkdown) console.log(json ? JSON.stringify(result) : line(result));
			});
			if (asMarkdown) console.log(kindTable(kindsOf(results)));
			const survived = results.filter((result) => result.survived).length;
			const worst = (key: "peakBytes" | "longestBlockMs") =>
				Math.max(...results.map((result) => result[key]));
			const peakBytes = worst("peakBytes");
			const summary = {
				attacks: results.length,
				survived,
				peakBytes,
				budget,
				longestBlockMs: worst("longestBlockMs"),
			};
			const isWithin = target.budget === undefined || peakBytes <= budget;
			if (json) console.log(JSON.stringify(summary));
			else if (!asMarkdown)
				console.log(
					`\n${survived} of ${summary.attacks} attacks survived; at most ${peakBytes} bytes${target.budget === undefined ? "" : ` of ${budget}`}; an honest peer waited at most ${summary.longestBlockMs} ms.`,
				);
			return survived === results.length && isWithin ? 0 : 1;
		} finally {
			await target.stop();
		}
	},
);
