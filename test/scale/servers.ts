/** Echo servers to measure: on the simulated device, and Node.js's `ws` for comparison, each in a process of its own. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Simulator } from "../../sim/xs/simulator.js";

/** A server that echoes on a port of this computer. */
export interface EchoServer {
	readonly port: number;
	/** Computrons of the device so far; 0 for a server without an engine of ours. */
	computrons(): number;
	/** Rejects when the server has ended by itself. */
	readonly ended: Promise<never>;
	stop(): Promise<void>;
}

/** Each starts a server. */
export type StartServer = () => Promise<EchoServer>;

/**
 * A device program that traces "port N", with buffers like those of the computer, so that these are not what is measured.
 * @param file path relative to this folder
 */
export function device(file: string, config: object = {}, window?: number): StartServer {
	return async () => {
		let resolvePort: (port: number) => void = () => {};
		const listening = new Promise<number>((resolve) => {
			resolvePort = resolve;
		});
		const simulator = await Simulator.start({
			program: fileURLToPath(new URL(file, import.meta.url)),
			config,
			...(window !== undefined && { readWindow: window, writeWindow: window }),
			hangTimeout: 60000,
			onTrace(line) {
				const port = /^port (\d+)$/.exec(line)?.[1];
				if (port) resolvePort(Number(port));
				else console.error(line);
			},
		});
		const ended = simulator.exited.then(({ reason }): never => {
			throw new Error(`The device ended during the measurement: ${reason}`);
		});
		ended.catch(() => {});
		return {
			port: await Promise.race([listening, ended]),
			computrons: () => simulator.meter.computrons,
			ended,
			stop: () => simulator.stop(),
		};
	};
}

/** Node.js's `ws`. */
export async function ws(): Promise<EchoServer> {
	const child = fork(fileURLToPath(new URL("./wsserver.ts", import.meta.url)), {
		stdio: ["ignore", "pipe", "inherit", "ipc"],
	});
	const ended = once(child, "exit").then((): never => {
		throw new Error("The ws server ended during the measurement.");
	});
	ended.catch(() => {});
	const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
	const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
	return {
		port: Number(line.slice("port ".length)),
		computrons: () => 0,
		ended,
		async stop() {
			child.kill();
			await ended.catch(() => {});
		},
	};
}
