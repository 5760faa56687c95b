/** Starts the small device programs beside this file, and lets a test wait for what they trace. */

import { connect, createServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import { Simulator, type SimulatorOptions } from "../../../sim/xs/simulator.js";

/** A device and the lines it has traced so far. */
export interface Device {
	simulator: Simulator;
	lines: string[];
	/** Waits for a line that fits, from the first on; fails if the device ends before it comes. */
	line(pattern: RegExp): Promise<string>;
}

/** Starts `programs/NAME.ts`; the device is stopped at the end of the test. */
export async function startDevice(
	t: ExecutionContext,
	name: string,
	options: Omit<SimulatorOptions, "program"> = {},
): Promise<Device> {
	const lines: string[] = [];
	const waiting = new Set<() => void>();
	const simulator = await Simulator.start({
		...options,
		program: fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url)),
		onTrace(line) {
			lines.push(line);
			for (const look of waiting) look();
		},
	});
	t.teardown(() => simulator.stop());
	const line = (pattern: RegExp) =>
		new Promise<string>((resolve, reject) => {
			const look = () => {
				const found = lines.find((candidate) => pattern.test(candidate));
				if (found === undefined) return;
				waiting.delete(look);
				resolve(found);
			};
			waiting.add(look);
			look();
			void simulator.exited.then(({ reason }) =>
				reject(new Error(`no line ${pattern} before the device ended: ${reason}\n${lines.join("\n")}`)),
			);
		});
	return { simulator, lines, line };
}

/** The port a device program says it listens on. */
export async function portOf(device: Device): Promise<number> {
	return Number((await device.line(/^port \d+$/)).slice("port ".length));
}

/** A server of this computer, closed at the end of the test with all its connections. */
export async function startServer(
	t: ExecutionContext,
	onConnection: (socket: Socket) => unknown,
): Promise<number> {
	const sockets = new Set<Socket>();
	const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
		onConnection(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.teardown(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return (server.address() as { port: number }).port;
}

/** A connection to a device, closed at the end of the test. */
export async function connectTo(t: ExecutionContext, port: number): Promise<Socket> {
	const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
	socket.on("error", () => {});
	t.teardown(() => void socket.destroy());
	await new Promise<void>((resolve) => socket.once("connect", resolve));
	return socket;
}
