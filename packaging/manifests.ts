/** The project's manifests, as they go into the npm package. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

/** What is looked at in a manifest of the Moddable SDK. */
export interface Manifest {
	include?: string | string[];
	modules?: Record<string, string | string[]>;
	preload?: string[];
	platforms?: Record<string, Omit<Manifest, "platforms">>;
}

/** Name of the variant of each manifest that serves mcpack. */
export const mcpackName = "mcpack.json";

/**
 * The paths of a manifest and of all that it includes from this project, relative to its root.
 * @param root folder of the project
 */
export function includedManifests(root: string, path: string, found = new Set<string>()): Set<string> {
	if (found.has(path)) return found;
	found.add(path);
	const manifest = readManifest(join(root, path));
	for (const part of [manifest, ...Object.values(manifest.platforms ?? {})])
		for (const include of [part.include ?? []].flat())
			if (!include.startsWith("$(")) includedManifests(root, posix.join(posix.dirname(path), include), found);
	return found;
}

export function readManifest(path: string): Manifest {
	return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}

/**
 * The variant of a manifest for mcpack. That finds the modules by itself, and names each by its path in the package,
 * "xs-web-socket/dist/modules/..."; it makes a module "xs-web-socket", too. What it cannot find are the native
 * modules, what is to be preloaded, and that the network host belongs to it: that is what this manifest is for.
 */
export function mcpackManifest(text: string): string {
	const manifest = JSON.parse(
		text
			.replaceAll('"xs-web-socket/', '"xs-web-socket/dist/')
			.replace(/"([^"$]*)manifest\.json"/g, `"$1${mcpackName}"`),
	) as Manifest;
	delete manifest.modules?.["xs-web-socket"];
	return `${JSON.stringify(manifest, undefined, "\t")}\n`;
}

/**
 * What a manifest names as a module without there being one.
 * @param root folder of the manifests
 * @param path of the manifest in it
 */
export function missingModules(root: string, path: string): string[] {
	const { modules = {} } = readManifest(join(root, path));
	return Object.values(modules)
		.flat()
		.filter((source) => source.startsWith("."))
		.filter((source) => {
			const file = join(root, dirname(path), source);
			return !existsSync(`${file}.js`) && !existsSync(`${file}.d.ts`);
		});
}
