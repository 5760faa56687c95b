/**
 * Builds dist/, the content of the npm package: JavaScript and declarations of all device modules, and the
 * manifests that an app includes, such as dist/manifest.json. Run by `npm pack` and `npm run build`.
 */

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bundleClient } from "./bundle.js";
import { includedManifests, mcpackManifest, mcpackPath, missingModules } from "./manifests.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "dist");

/** mcpack takes only the modules that an app imports, so these have no use there. */
const withoutMcpack = ["manifest_client.json", "manifest_native.json"];
const ecma419 = "modules/ecma419/manifest.json";

/** Returns the manifests that apps include: manifest.json and its variants, and that of the class of ECMA-419. */
function appManifests(): string[] {
	return [...readdirSync(root).filter((name) => /^manifest(?:_\w+)?\.json$/.test(name)), ecma419];
}

/** Returns the files that the compiler does not copy: hand-written declarations, and C. */
function otherSources(): string[] {
	return readdirSync(join(root, "modules"), { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".d.ts") || /\.[ch]$/.test(path))
		.map((path) => join("modules", path));
}

function copy(path: string): void {
	mkdirSync(dirname(join(dist, path)), { recursive: true });
	cpSync(join(root, path), join(dist, path));
}

async function build(): Promise<void> {
	// Modules that no longer exist must not get into the package.
	rmSync(dist, { recursive: true, force: true });
	const compiler = join(root, "node_modules/typescript/bin/tsc");
	await promisify(execFile)(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json")]).catch(
		({ stdout, stderr }: { stdout: string; stderr: string }) => {
			throw new Error(`The device modules do not compile:\n${stdout}${stderr}`);
		},
	);
	for (const path of otherSources()) copy(path);
	const manifests = new Set(appManifests().flatMap((path) => [...includedManifests(root, path)]));
	for (const path of manifests) {
		copy(path);
		const missing = missingModules(dist, path);
		if (missing.length)
			throw new Error(`${path} names ${missing.join(", ")}, which tsconfig.build.json does not compile.`);
	}
	await bundleClient(root, dist);
	const forMcpack = appManifests()
		.filter((path) => !withoutMcpack.includes(path))
		.flatMap((path) => [...includedManifests(root, path)]);
	for (const path of new Set(forMcpack)) {
		const text = readFileSync(join(root, path), "utf8");
		writeFileSync(join(dist, mcpackPath(path)), mcpackManifest(text));
	}
}

try {
	await build();
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}
