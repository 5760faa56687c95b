/** A virtual display for the SDK's simulator: Xvfb. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface Display {
	/** Value for the environment variable DISPLAY. */
	readonly name: string;
	stop(): Promise<void>;
}

/**
 * Starts Xvfb on a free display.
 * @throws Error if it is not installed or does not start
 */
export async function startDisplay(): Promise<Display> {
	if (process.platform !== "linux")
		throw new Error("The Moddable simulator can run without a screen only on Linux, under Xvfb.");
	const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp"], {
		stdio: ["ignore", "ignore", "pipe", "pipe"],
		// Not killed by Ctrl-C: the programs on the display must be able to end first.
		detached: true,
	});
	let errors = "";
	child.stderr?.on("data", (bytes: Buffer) => {
		errors += bytes;
	});
	const failed = new Promise<never>((_, reject) => {
		child.once("error", () =>
			reject(
				new Error("The Moddable simulator needs Xvfb, which is not installed (Debian: apt install xvfb)."),
			),
		);
		child.once("exit", () =>
			reject(new Error(`Xvfb failed to start: ${errors.trim() || "no error message"}`)),
		);
	});
	const lines = createInterface({ input: child.stdio[3] as Readable });
	const [number] = (await Promise.race([once(lines, "line"), failed])) as [string];
	failed.catch(() => {});
	const ended = once(child, "exit");
	const kill = () => child.kill();
	process.once("exit", kill);
	return {
		name: `:${number}`,
		async stop() {
			process.removeListener("exit", kill);
			child.kill();
			await ended;
		},
	};
}
