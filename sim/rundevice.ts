/** Runs a device program in the simulator for a command, until it is over or a signal ends it. */

import { fileURLToPath } from "node:url";
import { Simulator, type SimulatorOptions } from "./xs/simulator.js";

/** What runs a device program: the simulator of sim/xs, or another one that is used and ends like it. */
export type Simulate = (
	options: Omit<SimulatorOptions, "onTrace"> & { onTrace(line: string): void },
) => Promise<{ readonly exited: Promise<{ kind: string; reason: string }>; stop(): Promise<void> }>;

/** A device at work. */
export interface Device {
	/** Settles when the device has ended: with the exit status of the command. Never rejects. */
	readonly ended: Promise<number>;
	/**
	 * Ends the device.
	 * @param status the exit status of the command, 0 by default
	 */
	end(status?: number): void;
}

/**
 * Starts a device. SIGINT and SIGTERM end it with status 0; when it ends by itself, which no program means to
 * do, standard error tells why and the status is 1.
 * @param program path of the main module, from the root of the project
 * @param options without the program; `onTrace` gets the device, too, which it may end
 * @param simulate what runs it
 * @throws Error in a sentence if the device cannot be started
 */
export async function startDevice(
	program: string,
	options: Omit<SimulatorOptions, "program" | "onTrace"> & {
		onTrace(line: string, device: Device): void;
		/** Instead of ending the device at SIGINT and SIGTERM. */
		onSignal?(device: Device): void;
	},
	simulate: Simulate = (simulation) => Simulator.start(simulation),
): Promise<Device> {
	let simulator: Awaited<ReturnType<Simulate>> | undefined;
	let status: number | undefined;
	let settle: (status: number) => void = () => {};
	const device: Device = {
		ended: new Promise((resolve) => {
			settle = resolve;
		}),
		end(code = 0) {
			status ??= code;
			void simulator?.stop();
		},
	};
	const onSignal = () => (options.onSignal ? options.onSignal(device) : device.end());
	const signals = ["SIGINT", "SIGTERM"] as const;
	for (const signal of signals) process.on(signal, onSignal);
	const settled = (code: number) => {
		for (const signal of signals) process.off(signal, onSignal);
		settle(code);
	};
	try {
		simulator = await simulate({
			...options,
			program: fileURLToPath(new URL(`../${program}`, import.meta.url)),
			onTrace: (line) => options.onTrace(line, device),
		});
	} catch (error) {
		// Ctrl-C ends the compiler, too.
		settled(status ?? 1);
		if (status === undefined) throw error;
		return device;
	}
	void simulator.exited.then(({ kind, reason }) => {
		if (kind !== "stop") console.error(`The device ended: ${reason}`);
		settled(status ?? (kind === "stop" ? 0 : 1));
	});
	// A signal or its first lines may have ended it before there was a simulator to stop.
	if (status !== undefined) void simulator.stop();
	return device;
}
