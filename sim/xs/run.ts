/**
 * Runs a device program in the simulator and prints its trace until Ctrl-C: `node --import tsx sim/xs/run.ts
 * PROGRAM [options]`
 */

import { once } from "node:events";
import { resolve } from "node:path";
import { integerOption, runCommand, type Values } from "../commandline.js";
import { Simulator, type SimulatorOptions } from "./simulator.js";

const usage = `Usage: node --import tsx sim/xs/run.ts PROGRAM [options]

Runs a device program (its main module) on the XS engine and prints its trace. Ctrl-C ends it.

  --config JSON         configuration for mc/config (default {})
  --host NAME=ADDRESS   resolve a host name to an IPv4 address, fail or hang; may be repeated
  --read-window N       receive buffer of each connection in bytes (default 5744)
  --write-window N      send buffer of each connection in bytes (default 8192)
  --split-reads N       deliver received data in pieces of N bytes
  --hang-timeout N      end the device if a callback takes longer, in milliseconds (default 10000)
  --help                show this text
`;

const names = {
	config: "string",
	host: "list",
	"read-window": "string",
	"write-window": "string",
	"split-reads": "string",
	"hang-timeout": "string",
} as const;

function readOptions(values: Values<typeof names>, words: readonly string[]): SimulatorOptions {
	const [program, ...more] = words;
	if (program === undefined || more.length > 0)
		throw new Error("Name one device program, the file with its main module.");
	const simulation: SimulatorOptions = { program: resolve(program) };
	if (values.config !== undefined) simulation.config = readConfig(values.config);
	if (values.host) simulation.hosts = Object.fromEntries(values.host.map(readHost));
	const number = (name: keyof typeof names) => integerOption(values, name, undefined, 1);
	return {
		...simulation,
		...defined("readWindow", number("read-window")),
		...defined("writeWindow", number("write-window")),
		...defined("splitReads", number("split-reads")),
		...defined("hangTimeout", number("hang-timeout")),
	};
}

/** An object with the property; an empty object if there is no value. */
function defined<Name extends string>(name: Name, value: number | undefined): { [N in Name]?: number } {
	return value === undefined ? {} : ({ [name]: value } as { [N in Name]: number });
}

function readConfig(text: string): object {
	try {
		const config: unknown = JSON.parse(text);
		if (typeof config === "object" && config !== null) return config;
	} catch {}
	throw new Error(`--config is ${text}: it must be an object in JSON, such as '{"port": 8080}'.`);
}

function readHost(text: string): [name: string, entry: string] {
	const separator = text.indexOf("=");
	if (separator < 1)
		throw new Error(`--host is ${text}: it must be a name, =, and an IPv4 address, fail or hang.`);
	return [text.slice(0, separator), text.slice(separator + 1)];
}

await runCommand(
	usage,
	names,
	async (values, words) => {
		const simulation = readOptions(values, words);
		const signal = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
		const device = await Simulator.start({ ...simulation, onTrace: (line) => console.log(line) });
		void signal.then(() => device.stop());
		const { kind, reason } = await device.exited;
		if (kind === "stop") return 0;
		console.error(`The device ended: ${reason}`);
		return 1;
	},
	true,
);
