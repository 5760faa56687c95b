/** broadcast() against send() to each Socket: `npm run -s bench:broadcast -- [options]`. */

import { fileURLToPath } from "node:url";
import { integerOption, runCommand } from "../../sim/commandline.js";
import { Sdk } from "../../sim/moddable/sdk.js";
import { Collector } from "./collector.js";
import { runOnModdable } from "./moddableengine.js";
import { runOnNpmEngine } from "./npmengine.js";

const usage = `Usage: npm run -s bench:broadcast -- [options]

Measures the time of a message to 1, 4 and 16 Sockets of a Server: by broadcast(), and by send() of each. On the XS
engine from npm, without the native modules of a device, or on that of the Moddable SDK.

  --moddable    the engine of the Moddable SDK (MODDABLE)
  --rounds N    number of measurements of each case (default 20)
  --json        print the result as JSON
  --help        show this text`;

/** Microseconds of a message to all Sockets. */
interface Comparison {
	sockets: number;
	/** Bytes of the message. */
	bytes: number;
	broadcast: number;
	send: number;
	/** broadcast / send. */
	ratio: number;
}

const inDevice = (file: string): string => fileURLToPath(new URL(`./device/${file}`, import.meta.url));

async function measure(rounds: number, onModdable: boolean): Promise<Collector> {
	if (!onModdable) return runOnNpmEngine({ rounds }, undefined, inDevice("broadcastmain.ts"));
	const collector = new Collector();
	const manifest = inDevice("manifest_broadcast.json");
	const config = { rounds: String(rounds), only: "" };
	const program = { manifest, name: "benchbroadcast", kind: "release", config } as const;
	await runOnModdable(new Sdk(), program, (line) => collector.take(line));
	return collector;
}

function compare({ cases, times }: Collector): Comparison[] {
	const timeOf = (wanted: string, bytes: number): number => {
		const index = cases.findIndex((each) => each.work === wanted && each.bytes === bytes);
		return (times[index] ?? Number.NaN) / 1000;
	};
	return [1, 4, 16].flatMap((sockets) =>
		[...new Set(cases.map(({ bytes }) => bytes))].map((bytes) => {
			const broadcast = timeOf(`broadcast to ${sockets}`, bytes);
			const send = timeOf(`send() to ${sockets}`, bytes);
			return { sockets, bytes, broadcast, send, ratio: broadcast / send };
		}),
	);
}

const options = { moddable: "boolean", rounds: "string", json: "boolean" } as const;
await runCommand(usage, options, async (values) => {
	const rounds = integerOption(values, "rounds", 20, 1, 1e6);
	const found = compare(await measure(rounds, values["moddable"] === true));
	if (values["json"]) console.log(JSON.stringify(found, null, "\t"));
	else
		for (const { sockets, bytes, broadcast, send, ratio } of found)
			console.log(
				`${bytes} bytes to ${sockets}: broadcast() ${broadcast.toFixed(2)} µs, send() ${send.toFixed(2)} µs, ratio ${ratio.toFixed(2)}`,
			);
	return 0;
});
