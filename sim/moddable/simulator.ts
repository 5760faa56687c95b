/** Runs a program that mcconfig has built in the SDK's simulator, without a screen. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Sdk } from "./sdk.js";

/** Why a device is no more: it was stopped, or what it said of its end. */
export interface Exit {
	kind: "stop" | "abort" | "crash";
	reason: string;
}

export interface SimulatorOptions {
	sdk: Sdk;
	/** Absolute path of the program, mc.so. */
	program: string;
	/** A display, as startDisplay() gives it. */
	display: string;
	/** Receives what the device traces, line by line, without the line end. */
	onTrace?: (line: string) => void;
}

export class ModdableSimulator {
	/** Settles when the device has ended, whatever ended it. Never rejects. */
	readonly exited: Promise<Exit>;
	#end: (exit: Exit) => void = () => {};

	private constructor() {
		this.exited = new Promise((resolve) => {
			this.#end = resolve;
		});
	}

	/** @throws Error with a sentence if the program or a tool is missing */
	static async start(options: SimulatorOptions): Promise<ModdableSimulator> {
		const { sdk, program, display, onTrace } = options;
		if (!existsSync(program)) throw new Error(`There is no program to simulate: ${program} is missing.`);
		// The simulator copies the program to its configuration folder: each needs its own.
		const folder = await mkdtemp(join(tmpdir(), "moddable-simulator-"));
		const child = spawn("stdbuf", ["-oL", "-eL", sdk.tool("mcsim"), program], {
			stdio: ["ignore", "pipe", "pipe"],
			// Ctrl-C is for the program that has started it, which may want to talk with it before it ends.
			detached: true,
			// It would hand its program to another one that it finds on the session's bus.
			env: {
				...sdk.environment,
				DISPLAY: display,
				XDG_CONFIG_HOME: folder,
				DBUS_SESSION_BUS_ADDRESS: "disabled:",
			},
		});
		const simulator = new ModdableSimulator();
		let exit: Exit | undefined;
		/** What the engine has said in the line before of a machine's end. */
		let hint = "";
		createInterface({ input: child.stdout }).on("line", (line) => {
			if (line.startsWith("instruments")) return;
			const abort = /^XS abort: (.*)/.exec(line)?.[1];
			if (abort === undefined) {
				hint = /^# (?:Chunk|Slot) allocation|^Exception /.test(line) ? `; ${line}` : "";
				onTrace?.(line);
				return;
			}
			exit ??= { kind: "abort", reason: `XS abort: ${abort}${hint}` };
			// The machine is gone, the simulator would stay.
			child.kill();
		});
		let complaint = "";
		child.stderr.on("data", (octets: Buffer) => {
			complaint += octets;
		});
		const kill = () => child.kill();
		process.once("exit", kill);
		child.once("error", (error) => {
			complaint = `stdbuf is needed to run the Moddable simulator: ${error.message}`;
		});
		child.once("close", async (status, signal) => {
			process.removeListener("exit", kill);
			await rm(folder, { recursive: true, force: true });
			const reason = `the simulator ended (${signal ?? `status ${status}`}) ${complaint.trim()}`.trim();
			simulator.#end(exit ?? { kind: "crash", reason });
		});
		simulator.#kill = () => {
			exit ??= { kind: "stop", reason: "stopped" };
			child.kill();
		};
		return simulator;
	}

	#kill: () => void = () => {};

	/** Ends the device as if its power was cut. Settles when nothing is left of it. */
	async stop(): Promise<void> {
		this.#kill();
		await this.exited;
	}
}
