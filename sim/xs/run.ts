/**
 * Runs a device program in the simulator and prints its trace until Ctrl-C: `node --import tsx sim/xs/run.ts
 * PROGRAM [options]`
 */

import { once } from "node:events";
import { resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
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

const options = {
	config: { type: "string" },
	host: { type: "string", multiple: true },
	"read-window": { type: "string" },
	"write-window": { type: "string" },
	"split-reads": { type: "string" },
	"hang-timeout": { type: "string" },
	help: { type: "boolean" },
} satisfies ParseArgsConfig["options"];

/** Parses the command line. Returns undefined for `--help`. */
function readCommandLine(): SimulatorOptions | undefined {
	const { values, positionals } = parseArgs({ options, allowPositionals: true });
	if (values.help) return undefined;
	const [program, ...more] = positionals;
	if (program === undefined || more.length > 0)
		throw new Error("Name one device program, the file with its main module.");
	const simulation: SimulatorOptions = { program: resolve(program) };
	if (values.config !== undefined) simulation.config = readConfig(values.config);
	if (values.host) simulation.hosts = Object.fromEntries(values.host.map(readHost));
	const readWindow = readNumber("read-window", values["read-window"]);
	if (readWindow !== undefined) simulation.readWindow = readWindow;
	const writeWindow = readNumber("write-window", values["write-window"]);
	if (writeWindow !== undefined) simulation.writeWindow = writeWindow;
	const splitReads = readNumber("split-reads", values["split-reads"]);
	if (splitReads !== undefined) simulation.splitReads = splitReads;
	const hangTimeout = readNumber("hang-timeout", values["hang-timeout"]);
	if (hangTimeout !== undefined) simulation.hangTimeout = hangTimeout;
	return simulation;
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

function readNumber(name: string, text: string | undefined): number | undefined {
	if (text === undefined || /^[1-9]\d*$/.test(text)) return text === undefined ? undefined : Number(text);
	throw new Error(`--${name} is ${text}: it must be a whole number, at least 1.`);
}

try {
	const simulation = readCommandLine();
	if (simulation) {
		const signal = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
		const device = await Simulator.start({ ...simulation, onTrace: (line) => console.log(line) });
		void signal.then(() => device.stop());
		const { kind, reason } = await device.exited;
		if (kind !== "stop") {
			console.error(`The device ended: ${reason}`);
			process.exitCode = 1;
		}
	} else console.log(usage);
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}
