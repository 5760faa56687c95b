/** A screen for the SDK's simulator that nobody sees: Xvfb. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface Display {
	/** For the environment variable DISPLAY. */
	readonly name: string;
	stop(): Promise<void>;
}

/**
 * Starts Xvfb on a display of its own choice.
 * @throws Error with a sentence if it is not installed or does not start
 */
export async function startDisplay(): Promise<Display> {
	if (process.platform !== "linux")
		throw new Error("The Moddable simulator can be run without a screen on Linux only, under Xvfb.");
	const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp"], {
		stdio: ["ignore", "ignore", "pipe", "pipe"],
		// Ctrl-C is for whoever uses the display: what runs on it may have to end first.
		detached: true,
	});
	let complaint = "";
	child.stderr?.on("data", (octets: Buffer) => {
		complaint += octets;
	});
	const failed = new Promise<never>((_, reject) => {
		child.once("error", () =>
			reject(
				new Error("The Moddable simulator needs Xvfb, which is not installed (Debian: apt install xvfb)."),
			),
		);
		child.once("exit", () =>
			reject(new Error(`Xvfb does not start: ${complaint.trim() || "it says nothing"}`)),
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
