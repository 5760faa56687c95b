/** Starts the device programs in `programs/` and waits for their trace. */

import { connect, createServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import { Simulator, type SimulatorOptions } from "../../../sim/xs/simulator.js";

/** A device and its trace. */
export interface Device {
	simulator: Simulator;
	lines: string[];
	/** Waits for a line that matches, starting with the first line. Rejects if the device ends before. */
	line(pattern: RegExp): Promise<string>;
}

/** Starts `programs/NAME.ts`. The device is stopped at the end of the test. */
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

/** Returns the port that a device program listens on. */
export async function portOf(device: Device): Promise<number> {
	return Number((await device.line(/^port \d+$/)).slice("port ".length));
}

/** Starts a TCP server on this computer. It is closed with its connections at the end of the test. */
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

/** Connects to a device. The connection is closed at the end of the test. */
export async function connectTo(t: ExecutionContext, port: number): Promise<Socket> {
	const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
	socket.on("error", () => {});
	t.teardown(() => void socket.destroy());
	await new Promise<void>((resolve) => socket.once("connect", resolve));
	return socket;
}
