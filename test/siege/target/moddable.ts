/** The besieged program in the simulator of the Moddable SDK, with no more memory than a device has. */

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
/** Slots of the stack. */
const stack = 384;
/** Bytes that XS may take. */
const defaultBudget = 100_000;

/** The native functions of budget.c, which TypeScript has no syntax for. */
const natives = `export function setting() @ "xs_siege_setting";
export function report() @ "xs_siege_report";
`;

/** Their types, for the SDK's compiler; test/siege/device/budget.d.ts has them for the project. */
const nativeTypes = `export function setting(): string;
export function report(): void;
`;

/** With these the linker puts the functions of budget.c in the place of the engine's. */
const compiler = "cc -Wl,--wrap=fxAllocateChunks -Wl,--wrap=fxAllocateSlots -Wl,--wrap=fxAbort";

/** Writes the manifest of the program: the `creation` is that of hosts/esp32. */
async function writeManifest(): Promise<string> {
	const host = JSON.parse(await readFile(join(root, "hosts/esp32/manifest.json"), "utf8"));
	const manifest = {
		build: { NAME: "siege" },
		include: [
			"$(MODDABLE)/examples/manifest_base.json",
			"$(MODDABLE)/modules/base/instrumentation/manifest.json",
			join(root, "manifest.json"),
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
	/** What is enforced; 0 for no limit. */
	readonly #limit: number;
	readonly #sdk: Sdk;
	readonly #program: string;
	readonly #display: Display;
	/** The start before this one. */
	#started: Promise<unknown> = Promise.resolve();

	/** Builds the program. @throws Error with a sentence if that cannot be done */
	static async prepare(budget = defaultBudget): Promise<ModdableTarget> {
		const sdk = new Sdk();
		process.env["CC"] = compiler;
		const { program } = await buildForSimulator(sdk, { manifest: await writeManifest(), name: "siege" });
		return new ModdableTarget(sdk, program, await startDisplay(), budget);
	}

	private constructor(sdk: Sdk, program: string, display: Display, budget: number) {
		this.title = `Moddable SDK ${sdk.version}, simulator, creation of hosts/esp32, stack of ${stack}, XS ${budget ? `limited to ${budget} bytes` : "unlimited"}; bytes are all that it has reserved`;
		this.budget = defaultBudget;
		this.#limit = budget;
		this.#sdk = sdk;
		this.#program = program;
		this.#display = display;
	}

	async start(setting: Setting): Promise<Besieged> {
		for (let attempts = 1; ; attempts++) {
			const peak: Peak = { slots: 0, chunks: 0, bytes: 0 };
			let tell: (port: number) => void;
			const port = new Promise<number>((resolve) => {
				tell = resolve;
			});
			let begin: () => void;
			const begun = new Promise<void>((resolve) => {
				begin = resolve;
			});
			const running = await this.#launch(setting, (line) => {
				const told = /^listening (\d+)$/.exec(line)?.[1];
				if (told) tell(Number(told));
				const [, bytes, slots, chunks] = /^siege (\d+) (\d+) (\d+) /.exec(line) ?? [];
				if (bytes === undefined) return;
				Object.assign(peak, { bytes: Number(bytes), slots: Number(slots), chunks: Number(chunks) });
				begin();
			});
			const exited = running.exited.then(({ reason }) => reason);
			const failure = await Promise.race([begun, exited]);
			// Now and then a new display turns its first visitor away.
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

	/** Starts a simulator. It takes the environment of this process meanwhile: one at a time. */
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
