/** Where the agent runs: the only file that knows the targets apart. */
import { fileURLToPath } from "node:url";
import { Simulator } from "../xs/simulator.js";

export interface Windows {
	/** Octets of the receive buffer of each of the device's sockets. */
	readWindow?: number;
	/** Octets of the send window of each of the device's sockets. */
	writeWindow?: number;
	/** Give the device every octet received in a read of its own. */
	splitReads?: boolean;
	/** What names mean to the device's resolver: an address, "fail", or "hang" for no answer. */
	hosts?: Record<string, string>;
}

/** What a test asks of a target that cannot do it: the test has then neither passed nor failed. */
export class NotOnThisTarget extends Error {
	override readonly name = "NotOnThisTarget";
}

/** A device that runs the agent. */
export interface Target {
	/** Where this machine reaches the device. */
	readonly host: string;
	/** The agent's control port. */
	readonly port: number;
	/** Where the device reaches this machine. */
	readonly peerHost: string;
	/** Settles when the device has ended, for whatever reason; `reason` has its own message and stack. */
	readonly exited: Promise<{ reason: string }>;
	/** Windows of the sockets created from now on. @throws NotOnThisTarget where they cannot be chosen. */
	configure(windows: Windows): Promise<void>;
	/** What is in use after a garbage collection: slots, and octets of chunks. */
	memory(): Promise<{ slots: number; chunks: number }>;
	stop(): Promise<void>;
}

async function startSimulator(): Promise<Target> {
	let started: (port: number) => void;
	const listening = new Promise<number>((resolve) => {
		started = resolve;
	});
	const device = await Simulator.start({
		program: fileURLToPath(new URL("main.ts", import.meta.url)),
		onTrace(line) {
			const port = /^agent listens on port (\d+)/.exec(line)?.[1];
			if (port) started(Number(port));
		},
	});
	const exited = device.exited;
	const port = await Promise.race([
		listening,
		exited.then(({ reason }): never => {
			throw new Error(`the device ended before the agent listened: ${reason}`);
		}),
	]);
	return {
		host: "127.0.0.1",
		port,
		peerHost: "127.0.0.1",
		exited,
		configure: async (windows) => device.configure(windows),
		memory: () => device.memory(),
		stop: () => device.stop(),
	};
}

/**
 * Starts the target named by XS_WEB_SOCKET_TARGET: `xs` (the default) is the XS engine of `sim/xs`, `moddable`
 * the simulator of the Moddable SDK, `device` a board that runs the agent.
 */
export async function startTarget(): Promise<Target> {
	const name = process.env["XS_WEB_SOCKET_TARGET"] ?? "xs";
	if (name === "xs") return startSimulator();
	if (name === "moddable") return (await import("../moddable/agenttarget.js")).startModdable();
	if (name === "device") return (await import("../moddable/devicetarget.js")).startDevice();
	throw new Error(`XS_WEB_SOCKET_TARGET is "${name}"; the targets there are: xs, moddable, device`);
}
