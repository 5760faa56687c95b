/** Runs the attacked program in the simulator of the Moddable SDK, with the memory of a device. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildForSimulator } from "../../../sim/moddable/build.js";
import { type Display, startDisplay } from "../../../sim/moddable/display.js";
import { buildFolder, root, Sdk } from "../../../sim/moddable/sdk.js";
import { ModdableSimulator } from "../../../sim/moddable/simulator.js";
import type { Setting } from "../device/program.js";
import type { Besieged, Peak, Target } from "./target.js";

const device = fileURLToPath(new URL("../device", import.meta.url));
const folder = join(buildFolder, "siege");
/** Size of the stack in slots. */
const stack = 384;
/** Maximum number of bytes of XS. */
const defaultBudget = 100_000;

/** Declares the native functions of budget.c in a syntax that TypeScript does not have. */
const natives = `export function setting() @ "xs_siege_setting";
export function report() @ "xs_siege_report";
`;

/** Their types for the SDK's compiler. For this project they are in test/siege/device/budget.d.ts. */
const nativeTypes = `export function setting(): string;
export function report(): void;
`;

/** Makes the linker replace functions of the engine by those of budget.c. */
const compiler = "cc -Wl,--wrap=fxAllocateChunks -Wl,--wrap=fxAllocateSlots -Wl,--wrap=fxAbort";

/** Writes the manifest of the program, with the `creation` of hosts/esp32. */
async function writeManifest(): Promise<string> {
	const host = JSON.parse(await readFile(join(root, "hosts/esp32/manifest.json"), "utf8"));
	const manifest = {
		build: { NAME: "siege" },
		include: [
			"$(MODDABLE)/examples/manifest_base.json",
			"$(MODDABLE)/modules/base/instrumentation/manifest.json",
			join(root, "manifest.json"),
			join(root, "manifest_broadcast.json"),
			join(root, "manifest_chunks.json"),
			join(root, "manifest_pages.json"),
		],
		modules: {
			"siege/main": join(device, "moddable"),
			"siege/program": join(device, "program"),
			"*": join(device, "budget"),
			"siege/budget": join(folder, "natives"),
		},
		preload: ["siege/program", "siege/budget"],
		creation: { ...host.creation, stack, main: "siege/main" },
	};
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, "natives.js"), natives);
	await writeFile(join(folder, "natives.d.ts"), nativeTypes);
	const path = join(folder, "manifest.json");
	await writeFile(path, JSON.stringify(manifest, null, "\t"));
	return path;
}

export class ModdableTarget implements Target {
	readonly title: string;
	readonly budget: number;
	/** Enforced limit in bytes, 0 for none. */
	readonly #limit: number;
	readonly #sdk: Sdk;
	readonly #program: string;
	readonly #display: Display;
	/** The previous start. */
	#started: Promise<unknown> = Promise.resolve();

	/**
	 * Builds the program.
	 * @throws Error if that fails
	 */
	static async prepare(budget = defaultBudget): Promise<ModdableTarget> {
		const sdk = new Sdk();
		process.env["CC"] = compiler;
		const { program } = await buildForSimulator(sdk, { manifest: await writeManifest(), name: "siege" });
		return new ModdableTarget(sdk, program, await startDisplay(), budget);
	}

	private constructor(sdk: Sdk, program: string, display: Display, budget: number) {
		this.title = `Moddable SDK ${sdk.version}, simulator, creation of hosts/esp32, stack of ${stack}, XS ${budget ? `limited to ${budget} bytes` : "unlimited"}; bytes are the total that XS has reserved`;
		this.budget = defaultBudget;
		this.#limit = budget;
		this.#sdk = sdk;
		this.#program = program;
		this.#display = display;
	}

	async start(setting: Setting): Promise<Besieged> {
		for (let attempts = 1; ; attempts++) {
			const peak: Peak = { slots: 0, chunks: 0, bytes: 0 };
			let resolvePort: (port: number) => void;
			const port = new Promise<number>((resolve) => {
				resolvePort = resolve;
			});
			let begin: () => void;
			const begun = new Promise<void>((resolve) => {
				begin = resolve;
			});
			const running = await this.#launch(setting, (line) => {
				const listening = /^listening (\d+)$/.exec(line)?.[1];
				if (listening) resolvePort(Number(listening));
				const [, bytes, slots, chunks] = /^siege (\d+) (\d+) (\d+) /.exec(line) ?? [];
				if (bytes === undefined) return;
				Object.assign(peak, { bytes: Number(bytes), slots: Number(slots), chunks: Number(chunks) });
				begin();
			});
			const exited = running.exited.then(({ reason }) => reason);
			const failure = await Promise.race([begun, exited]);
			// A new display sometimes rejects its first client: retry.
			if (failure !== undefined && attempts < 3) continue;
			return {
				port,
				exited,
				async rest() {},
				async sample() {},
				peak: async () => peak,
				stop: () => running.stop(),
			};
		}
	}

	/** Starts a simulator. It inherits the environment of this process, so starts must not overlap. */
	#launch(setting: Setting, onTrace: (line: string) => void): Promise<ModdableSimulator> {
		const starting = this.#started.then(() => {
			process.env["XS_WEB_SOCKET_SIEGE"] = JSON.stringify(setting);
			process.env["XS_WEB_SOCKET_SIEGE_BUDGET"] = String(this.#limit);
			return ModdableSimulator.start({
				sdk: this.#sdk,
				program: this.#program,
				display: this.#display.name,
				onTrace,
			});
		});
		this.#started = starting.catch(() => {});
		return starting;
	}

	stop(): Promise<void> {
		return this.#display.stop();
	}
}
