/** Reads what a simulated device needs of its program's manifest. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, parse } from "node:path";

/** The optional parts of this project: the folder of the modules by the name of its manifest, such as manifest_pages.json. */
const partFolders = {
	attach: "attach",
	broadcast: "broadcast",
	pages: "pages",
	secure: "tls",
	verify: "verify",
} as const;

export type Part = keyof typeof partFolders;

/** Returns the module that puts a part in place, relative to the root of this project. */
export function moduleOf(part: Part): string {
	return `modules/${partFolders[part]}/network.ts`;
}

export interface Manifest {
	/**
	 * Contents of the files that it lists under `"*"` of `resources` and `data`, by file name. Those of the SDK are left out.
	 */
	readonly resources: Readonly<Record<string, Uint8Array>>;
	/** The optional parts of this project whose manifests it includes. */
	readonly parts: readonly Part[];
}

/** Lists of files by what the SDK does with them, of which `"*"` is read. */
interface Files {
	readonly "*"?: string | readonly string[];
}

/** What is read of a manifest.json. */
interface Source {
	readonly include?: string | readonly (string | object)[];
	readonly resources?: Files;
	readonly data?: Files;
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
	for (const entry of [source.resources, source.data].flatMap((files) => files?.["*"] ?? [])) {
		if (entry.includes("$(")) continue;
		for (const file of findFiles(path, entry)) resources[basename(file)] = readFileSync(file);
	}
	const included = [source.include ?? []]
		.flat()
		.map((path) => (typeof path === "string" ? basename(path) : ""));
	const parts = (Object.keys(partFolders) as Part[]).filter((part) =>
		included.includes(`manifest_${part}.json`),
	);
	return { resources, parts };
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
