/** Reads what a simulated device needs of its program's manifest. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, parse } from "node:path";

export interface Manifest {
	/** Contents of the files that it lists under `"*"` of `resources`, by file name. Those of the SDK are left out. */
	readonly resources: Readonly<Record<string, Uint8Array>>;
	/** True if it includes `manifest_pages.json`. */
	readonly pages: boolean;
}

/** What is read of a manifest.json. */
interface Source {
	readonly include?: string | readonly (string | object)[];
	readonly resources?: { readonly "*"?: string | readonly string[] };
}

/**
 * Reads the manifest.json beside the main module, if there is one, without those that it includes.
 * @param program absolute path of the main module
 * @throws Error that names a resource which does not exist
 */
export function readManifest(program: string): Manifest {
	const path = join(dirname(program), "manifest.json");
	const source = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Source) : {};
	const resources: Record<string, Uint8Array> = {};
	for (const entry of [source.resources?.["*"] ?? []].flat()) {
		if (entry.includes("$(")) continue;
		for (const file of findFiles(path, entry)) resources[basename(file)] = readFileSync(file);
	}
	const pages = [source.include ?? []]
		.flat()
		.some((manifest) => typeof manifest === "string" && basename(manifest) === "manifest_pages.json");
	return { resources, pages };
}

/** Returns the paths of the files that an entry of `resources` names, with or without extension. */
function findFiles(manifest: string, entry: string): string[] {
	const path = join(dirname(manifest), entry);
	const folder = dirname(path);
	const names = existsSync(folder) ? readdirSync(folder) : [];
	const found = names.filter((name) => [name, parse(name).name].includes(basename(path)));
	if (found.length === 0) throw new Error(`${manifest}: there is no file for the resource "${entry}".`);
	return found.map((name) => join(folder, name));
}
