/** Runs a device program in the simulator until it ends or a signal stops it. */

import { fileURLToPath } from "node:url";
import { Simulator, type SimulatorOptions } from "./xs/simulator.js";

/** Starts a simulator: that of sim/xs, or another one with the same interface. */
export type Simulate = (
	options: Omit<SimulatorOptions, "onTrace"> & { onTrace(line: string): void },
) => Promise<{ readonly exited: Promise<{ kind: string; reason: string }>; stop(): Promise<void> }>;

/** A running device. */
export interface Device {
	/** Resolves with the exit status of the command when the device has ended. Never rejects. */
	readonly ended: Promise<number>;
	/**
	 * Ends the device.
	 * @param status exit status of the command, 0 by default
	 */
	end(status?: number): void;
}

/**
 * Starts a device. SIGINT and SIGTERM end it with status 0. If it ends by itself, the reason is printed to
 * standard error and the status is 1.
 * @param program path of the main module, relative to the project root
 * @param options simulator options; `onTrace` also gets the device
 * @param simulate starts the simulator
 * @throws Error if the device cannot be started
 */
export async function startDevice(
	program: string,
	options: Omit<SimulatorOptions, "program" | "onTrace"> & {
		onTrace(line: string, device: Device): void;
		/** Called on SIGINT and SIGTERM instead of ending the device. */
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
	let isSignalled = false;
	const onSignal = () => {
		isSignalled = true;
		if (options.onSignal) options.onSignal(device);
		else device.end();
	};
	const signals = ["SIGINT", "SIGTERM"] as const;
	for (const signal of signals) process.on(signal, onSignal);
	const settled = (code: number) => {
		// npm passes Ctrl-C on, perhaps not before the device has ended: it must not kill this process then.
		if (!isSignalled) for (const signal of signals) process.off(signal, onSignal);
		settle(code);
	};
	try {
		simulator = await simulate({
			...options,
			program: fileURLToPath(new URL(`../${program}`, import.meta.url)),
			onTrace: (line) => options.onTrace(line, device),
		});
	} catch (error) {
		// Ctrl-C also kills the compiler: not an error.
		settled(status ?? 1);
		if (status === undefined) throw error;
		return device;
	}
	void simulator.exited.then(({ kind, reason }) => {
		if (kind !== "stop") console.error(`The device ended: ${reason}`);
		settled(status ?? (kind === "stop" ? 0 : 1));
	});
	// end() may have been called before `simulator` was set.
	if (status !== undefined) void simulator.stop();
	return device;
}
