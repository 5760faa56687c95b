/** Prepares the project's manifests for the npm package. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

/** The parts of a manifest of the Moddable SDK that are used here. */
export interface Manifest {
	include?: string | string[];
	modules?: Record<string, string | string[]>;
	preload?: string[];
	platforms?: Record<string, Omit<Manifest, "platforms">>;
}

/** Returns the path of the variant of a manifest that serves mcpack. */
export function mcpackPath(path: string): string {
	return path.replace(/manifest(?=\w*\.json$)/, "mcpack");
}

/**
 * Returns the paths of a manifest and of all manifests of this project that it includes, relative to the root.
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
 * Makes the variant of a manifest for mcpack. mcpack finds JavaScript modules by itself, names each by its path
 * in the package, "xs-web-socket/dist/modules/...", and also makes a module "xs-web-socket". So it needs no module of ours
 * that gives another one a specifier. This manifest adds what mcpack cannot find: native modules, preloads, and the
 * network host.
 */
export function mcpackManifest(text: string): string {
	const manifest = JSON.parse(
		text
			.replaceAll('"xs-web-socket/', '"xs-web-socket/dist/')
			.replace(/"[^"$]*manifest\w*\.json"/g, (path) => `"${mcpackPath(path.slice(1, -1))}"`),
	) as Manifest;
	const { modules = {}, preload = [] } = manifest;
	for (const [name, source] of Object.entries(modules)) {
		if (!/\/\w*specifier$/.test(String(source))) continue;
		delete modules[name];
		// The module of this name that mcpack makes is preloaded.
		if (name !== "xs-web-socket") preload.splice(preload.indexOf(name), 1);
	}
	return `${JSON.stringify(manifest, undefined, "\t")}\n`;
}

/**
 * Returns the module sources that a manifest names but that do not exist.
 * @param root folder of the manifests
 * @param path path of the manifest in that folder
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
