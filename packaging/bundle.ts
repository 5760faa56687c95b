/**
 * Makes dist/client.js: everything that a Client needs in one module, for dist/manifest_client.json. On a device each module
 * takes flash. Native modules stay as they are.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { build } from "esbuild";
import { includedManifests, type Manifest, readManifest } from "./manifests.js";

const manifestPath = "manifest_client.json";
const prefix = "xs-web-socket/";
/** These run for their effect on the host, and have platforms: their manifests are included. */
const separate = /^modules\/(?:network|sdk)\//;
/**
 * @param root Folder of the project.
 * @param dist Folder of the package, with the compiled modules.
 */
export async function bundleClient(root: string, dist: string): Promise<void> {
	const manifest = bundledManifest(root);
	const { outputFiles } = await build({
		stdin: {
			contents: 'export * from "./modules/websocket/clientspecifier.js";',
			resolveDir: dist,
		},
		bundle: true,
		write: false,
		format: "esm",
		target: "es2024",
		plugins: [
			{
				name: "modules",
				setup({ onResolve }) {
					onResolve({ filter: /./ }, ({ path, resolveDir }) => {
						const relative = path.startsWith(".");
						const base = posix.join(prefix, posix.relative(dist, resolveDir));
						const specifier = (relative ? posix.join(base, path) : path).replace(/\.js$/, "");
						if (!specifier.startsWith(prefix) || specifier in (manifest.modules ?? {}))
							return { path: specifier, external: true };
						return { path: join(dist, `${specifier.slice(prefix.length)}.js`) };
					});
				},
			},
		],
	});
	// The SDK's linker puts constants only into flash; esbuild declares them as variables.
	const text = (outputFiles[0]?.text ?? "").replace(/^var /gm, "const ");
	writeFileSync(join(dist, "client.js"), text);
	const types = readFileSync(join(dist, "modules/websocket/clientspecifier.d.ts"), "utf8")
		.replaceAll('"./', '"./modules/websocket/')
		.replace(/"xs-web-socket\/([\w/]+)"/g, '"./$1.js"');
	writeFileSync(join(dist, "client.d.ts"), types);
	writeFileSync(join(dist, manifestPath), `${JSON.stringify(manifest, undefined, "\t")}\n`);
}

/** Returns the manifest of the bundle: what `manifest_client.json` includes, without the modules that are bundled. */
function bundledManifest(root: string): Manifest {
	const modules: Record<string, string | string[]> = {};
	const include: string[] = [];
	const preload: string[] = ["xs-web-socket"];
	for (const path of includedManifests(root, manifestPath)) {
		if (separate.test(path)) {
			if (path.endsWith("/manifest.json")) include.push(path);
			continue;
		}
		const manifest = readManifest(join(root, path));
		for (const [specifier, source] of Object.entries(manifest.modules ?? {})) {
			if (specifier === "xs-web-socket") continue;
			const place = [source].flat().map((each) => placed(each, dirname(path)));
			const isNative = place.some((each) => each.includes("/native/"));
			if (specifier.startsWith(prefix) && !isNative) continue;
			modules[specifier] = place.length === 1 ? (place[0] as string) : place;
			if (manifest.preload?.includes(specifier)) preload.push(specifier);
		}
	}
	modules["xs-web-socket"] = "./client";
	return { include, modules, preload };
}

function placed(source: string, folder: string): string {
	return source.startsWith(".") ? `./${posix.join(folder, source)}` : source;
}
