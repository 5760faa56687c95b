/** Runs a program built by mcconfig in the SDK's simulator, without a screen. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Sdk } from "./sdk.js";

/** Why a device ended: it was stopped, or the reason that it reported. */
export interface Exit {
	kind: "stop" | "abort" | "crash";
	reason: string;
}

export interface SimulatorOptions {
	sdk: Sdk;
	/** Absolute path of the program, mc.so. */
	program: string;
	/** Display name, as returned by startDisplay(). */
	display: string;
	/** Called with each line that the device traces, without the line end. */
	onTrace?: (line: string) => void;
}

export class ModdableSimulator {
	/** Resolves when the device has ended for any reason. Never rejects. */
	readonly exited: Promise<Exit>;
	#end: (exit: Exit) => void = () => {};

	private constructor() {
		this.exited = new Promise((resolve) => {
			this.#end = resolve;
		});
	}

	/** @throws Error if the program or a tool is missing */
	static async start(options: SimulatorOptions): Promise<ModdableSimulator> {
		const { sdk, program, display, onTrace } = options;
		if (!existsSync(program)) throw new Error(`The program ${program} does not exist.`);
		// The simulator copies the program to its configuration folder: use one folder per instance.
		const folder = await mkdtemp(join(tmpdir(), "moddable-simulator-"));
		const child = spawn("stdbuf", ["-oL", "-eL", sdk.tool("mcsim"), program], {
			stdio: ["ignore", "pipe", "pipe"],
			// Not killed by Ctrl-C: the command that started it may need it until it ends.
			detached: true,
			// Without DBUS_SESSION_BUS_ADDRESS it would pass its program to another running instance.
			env: {
				...sdk.environment,
				DISPLAY: display,
				XDG_CONFIG_HOME: folder,
				DBUS_SESSION_BUS_ADDRESS: "disabled:",
			},
		});
		const simulator = new ModdableSimulator();
		let exit: Exit | undefined;
		/** Last line that explains an abort. */
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
			// The machine has ended, but the simulator would keep running.
			child.kill();
		});
		let errors = "";
		child.stderr.on("data", (bytes: Buffer) => {
			errors += bytes;
		});
		const kill = () => child.kill();
		process.once("exit", kill);
		child.once("error", (error) => {
			errors = `stdbuf is needed to run the Moddable simulator: ${error.message}`;
		});
		child.once("close", async (status, signal) => {
			process.removeListener("exit", kill);
			await rm(folder, { recursive: true, force: true });
			const reason = `the simulator ended (${signal ?? `status ${status}`}) ${errors.trim()}`.trim();
			simulator.#end(exit ?? { kind: "crash", reason });
		});
		simulator.#kill = () => {
			exit ??= { kind: "stop", reason: "stopped" };
			child.kill();
		};
		return simulator;
	}

	#kill: () => void = () => {};

	/** Ends the device as if its power was cut. Resolves when its process and files are gone. */
	async stop(): Promise<void> {
		this.#kill();
		await this.exited;
	}
}
