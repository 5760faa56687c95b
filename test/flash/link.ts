/**
 * Links a program for a Cortex-M0+ with Arm's compiler, to learn how much of XS and of the C modules it keeps. The
 * result does not run: the code of the platform (lwIP, drivers, the start) is left out. Every program has it.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "../../sim/moddable/build.js";
import type { Sdk } from "../../sim/moddable/sdk.js";
import { linkedSections, type Section } from "./linkmap.js";

const compiler = "arm-none-eabi-gcc";
const processor = ["-mthumb", "-mcpu=cortex-m0plus"];
/** As the SDK compiles for its boards. */
const flags = [
	...["-c", "-std=gnu11", "-Os", "-w", "-ffunction-sections", "-fdata-sections"],
	...["-DNDEBUG", "-DmxUseDefaultSharedChunks=1", "-DMODGCC=1"],
	...["-DkCommodettoBitmapFormat=7", "-DkPocoRotation=0"],
];
/** XS needs these headers of the platform by name only. */
const headers = { "pico.h": "#include <stdbool.h>\n", "pico/stdlib.h": "", "hardware/flash.h": "" };
/** What a firmware calls; the rest is kept because these need it. */
const roots = ["xsPreparationAndCreation", "fxPrepareMachine", "fxCloneMachine", "fxRunModule"];
/** Sources of XS that no firmware has. */
const unused = /^xs(?:Snapshot|Platforms|Profile|Lockdown|Defaults|ffi|um)\.c$/;

/** Returns why programs cannot be linked on this computer, or undefined. */
export async function missingCompiler(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
	try {
		await run(compiler, ["--version"], environment);
		return undefined;
	} catch {
		return `${compiler} is not installed (Debian: gcc-arm-none-eabi, libnewlib-arm-none-eabi)`;
	}
}

/** Compiles C for the measurement. */
export class Linker {
	readonly #sdk: Sdk;
	readonly #folder: string;
	readonly #includes: readonly string[];

	/** @param folder Folder for what it generates. */
	constructor(sdk: Sdk, folder: string) {
		this.#sdk = sdk;
		this.#folder = folder;
		const xs = join(sdk.folder, "xs");
		const stubs = join(folder, "headers");
		for (const [name, text] of Object.entries(headers)) {
			mkdirSync(join(stubs, name, ".."), { recursive: true });
			writeFileSync(join(stubs, name), text);
		}
		const places = ["includes", "sources", "platforms/pico", "platforms/mc"].map((place) => join(xs, place));
		this.#includes = [stubs, ...places].map((place) => `-I${place}`);
	}

	/**
	 * Links a program and returns its sections that are in flash.
	 * @param name Name of the program.
	 * @param image Folder of its mc.xs.c.
	 * @param sources Its C modules.
	 */
	async link(name: string, image: string, sources: readonly string[]): Promise<Section[]> {
		const folder = join(this.#folder, name);
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { recursive: true });
		const library = await this.#library(image);
		const folders = [...new Set(sources.map((source) => join(source, "..")))].map((place) => `-I${place}`);
		const objects = await this.#compile(
			[join(image, "mc.xs.c"), ...sources],
			folder,
			[`-I${image}`, ...folders],
			true,
		);
		const map = join(folder, "map");
		const options = [
			...["-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-Wl,--unresolved-symbols=ignore-all"],
			...[`-Wl,-Map=${map}`, `-Wl,-e,${roots[0]}`, ...roots.map((symbol) => `-Wl,-u,${symbol}`)],
			...["-o", join(folder, "program.elf")],
		];
		const libraries = ["-lm", "-lc", "-lgcc"];
		const command = [...processor, ...options, ...objects, ...library, ...libraries];
		await run(compiler, command, this.#sdk.environment);
		return linkedSections(readFileSync(map, "utf8"));
	}

	/** Compiles XS once: no program changes it. */
	async #library(image: string): Promise<string[]> {
		const folder = join(this.#folder, `xs-${this.#sdk.version}`);
		mkdirSync(folder, { recursive: true });
		const sources = join(this.#sdk.folder, "xs/sources");
		const files = readdirSync(sources).filter((file) => /^xs\w+\.c$/.test(file) && !unused.test(file));
		const places = files.map((file) => join(sources, file));
		places.push(join(this.#sdk.folder, "xs/platforms/mc/xsHosts.c"));
		return this.#compile(places, folder, [`-I${image}`], false);
	}

	async #compile(
		sources: readonly string[],
		folder: string,
		includes: readonly string[],
		always: boolean,
	): Promise<string[]> {
		const objects: string[] = [];
		for (const source of sources) {
			const object = join(folder, `${basename(source, ".c")}.o`);
			objects.push(object);
			if (!always && existsSync(object) && statSync(object).mtimeMs > statSync(source).mtimeMs) continue;
			const options = [...processor, ...flags, ...this.#includes, ...includes, source, "-o", object];
			await run(compiler, options, this.#sdk.environment);
		}
		return objects;
	}
}

/** Returns the C sources of a program's modules, from the makefile that mcconfig has written. */
export function sourcesOf(makefile: string): string[] {
	return [...makefile.matchAll(/^\$\(TMP_DIR\)\/[\w-]+\.c\.o: (\/\S+\.c)\b/gm)].map(
		([, source]) => source as string,
	);
}
