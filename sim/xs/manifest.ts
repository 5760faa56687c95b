/** Reads what a simulated device needs of its program's manifest. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

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
 * @throws Error if a resource does not exist, or several files match
 */
export function readManifest(program: string): Manifest {
	const path = join(dirname(program), "manifest.json");
	const source = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Source) : {};
	const resources: Record<string, Uint8Array> = {};
	for (const entry of [source.resources?.["*"] ?? []].flat()) {
		if (entry.includes("$(")) continue;
		const file = findFile(path, entry);
		resources[basename(file)] = readFileSync(file);
	}
	const pages = [source.include ?? []]
		.flat()
		.some((manifest) => typeof manifest === "string" && basename(manifest) === "manifest_pages.json");
	return { resources, pages };
}

/** Returns the path of the file that an entry of `resources` names without its extension. */
function findFile(manifest: string, entry: string): string {
	const path = join(dirname(manifest), entry);
	const folder = dirname(path);
	const names = (existsSync(folder) ? readdirSync(folder) : []).filter(
		(name) => name.slice(0, name.lastIndexOf(".")) === basename(path),
	);
	const [name] = names;
	if (name !== undefined && names.length === 1) return join(folder, name);
	throw new Error(
		`${manifest}: the resource "${entry}" must name one file, without extension. It names ${names.join(", ") || "none"}.`,
	);
}
