/** Makes and builds apps like a user, in folders outside of this project. */

import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, type Built, buildForSimulator, linked, run } from "../../sim/moddable/build.js";
import { buildFolder, root, type Sdk } from "../../sim/moddable/sdk.js";

const app = fileURLToPath(new URL("app/", import.meta.url));

/** The strictest compiler options. An app's options also apply to the sources that it includes. */
export const strictest = {
	strict: true,
	noUncheckedIndexedAccess: true,
	exactOptionalPropertyTypes: true,
	noImplicitOverride: true,
	noImplicitReturns: true,
	noFallthroughCasesInSwitch: true,
	noPropertyAccessFromIndexSignature: true,
	noUnusedLocals: true,
	noUnusedParameters: true,
};

/** Configuration of an app, for mc/config. */
export type Config = Record<string, string | number>;

export class Workshop {
	readonly sdk: Sdk;
	/** Folder of all generated files. */
	readonly folder: string;
	#package: Promise<string> | undefined;

	constructor(sdk: Sdk, folder: string) {
		this.sdk = sdk;
		this.folder = folder;
	}

	/** Makes an app's folder, named like the app, with the program in TypeScript. */
	makeApp(name: string, files: Record<string, object | string>): string {
		const folder = join(this.folder, name);
		mkdirSync(folder);
		cpSync(app, folder, { recursive: true });
		for (const [file, content] of Object.entries(files))
			writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
		return folder;
	}

	/** Builds an app with its manifest, from scratch. */
	build(name: string, options: BuildOptions): Promise<Built> {
		this.#forget(name);
		return buildForSimulator(this.sdk, { name, ...options });
	}

	/** Builds an app with its package.json, from scratch. */
	async pack(name: string, folder: string, config: Config): Promise<Built> {
		this.#forget(name);
		mkdirSync(buildFolder, { recursive: true });
		const { sdk } = this;
		const settings = Object.entries(config).map(([key, value]) => `${key}=${value}`);
		const options = ["mcconfig", "-i", "-m", "-p", sdk.platform, "-t", "build", "-o", buildFolder];
		const output = await run(sdk.tool("mcpack"), [...options, ...settings], sdk.environment, folder);
		// mcpack leaves its results for a package in the SDK's folder.
		rmSync(join(sdk.folder, "build/tmp", name), { recursive: true, force: true });
		const program = join(buildFolder, "bin", sdk.platform, "mc/instrument", name, "mc.so");
		return { program, ...linked(output) };
	}

	/** Packs the npm package; returns the path of the tarball. */
	package(): Promise<string> {
		this.#package ??= this.#npm(["pack", "--silent", "--pack-destination", this.folder], root).then(
			(output) => join(this.folder, output.trim().split("\n").at(-1) as string),
		);
		return this.#package;
	}

	/** Installs the npm package in an app's folder. */
	async install(folder: string): Promise<void> {
		await this.#npm(["install", "--offline", "--no-audit", "--no-fund", await this.package()], folder);
	}

	/** Builds examples/NAME. */
	example(name: string, config: Config): Promise<Built> {
		return this.build(name, { manifest: join(root, "examples", name, "manifest.json"), config });
	}

	/** Runs the project's TypeScript compiler in a folder. */
	async compile(folder: string): Promise<void> {
		const compiler = join(root, "node_modules/typescript/bin/tsc");
		await run(process.execPath, [compiler, "-p", folder], process.env, folder);
	}

	async git(options: readonly string[]): Promise<void> {
		const identity = ["-c", "user.name=check", "-c", "user.email=check@localhost"];
		await run("git", [...identity, "-c", "commit.gpgsign=false", ...options], process.env, root);
	}

	#npm(options: readonly string[], folder: string): Promise<string> {
		return run("npm", options, process.env, folder);
	}

	/** Removes the results of earlier builds with this name, and cloned repositories. */
	#forget(name: string): void {
		for (const folder of ["tmp", "bin"])
			rmSync(join(buildFolder, folder, this.sdk.platform, "mc/instrument", name), {
				recursive: true,
				force: true,
			});
		rmSync(join(buildFolder, "tmp", name), { recursive: true, force: true });
	}
}
