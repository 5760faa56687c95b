/**
 * Makes dist/client.js: everything that a Client needs in one module with short names, for dist/manifest_client.json. On a
 * device each module and each name takes flash. Native modules stay as they are.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { build } from "esbuild";
import { includedManifests, type Manifest, readManifest } from "./manifests.js";

const manifestPath = "manifest_client.json";
const prefix = "xs-web-socket/";
/** These run for their effect on the host, and have platforms: their manifests are included. */
const separate = /^modules\/(?:network|sdk)\//;

/** @param root Folder of the project. @param dist Folder of the package, with the compiled modules. */
export async function bundleClient(root: string, dist: string): Promise<void> {
	const manifest = bundledManifest(root);
	const { outputFiles } = await build({
		entryPoints: [join(dist, "modules/websocket/clientspecifier.js")],
		bundle: true,
		write: false,
		format: "esm",
		target: "es2024",
		minifyIdentifiers: true,
		minifySyntax: false,
		mangleProps: new RegExp(`^(?:${privateNames(root).join("|")})$`),
		plugins: [
			{
				name: "modules",
				setup({ onResolve }) {
					onResolve({ filter: /./ }, ({ path, importer, kind }) => {
						if (kind === "entry-point") return undefined;
						const relative = path.startsWith(".");
						const base = posix.join(prefix, posix.relative(dist, dirname(importer)));
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
			const bundled = specifier.startsWith(prefix) && !place.some((each) => each.includes("/native/"));
			if (bundled) continue;
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

/** Returns the members that only the bundled modules can name: private and protected ones with names that nothing else has. */
function privateNames(root: string): string[] {
	const files = readdirSync(join(root, "modules"), { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".ts"))
		.map((path) => join(root, "modules", path));
	// Apps extend these, with fields of any name that is not documented.
	const facades = ["emitter", "connection", "client"].map((name) =>
		readFileSync(join(root, `modules/websocket/${name}.ts`), "utf8"),
	);
	const text = [...files, join(root, "typings/moddable.d.ts")]
		.map((path) => readFileSync(path, "utf8"))
		.join("\n");
	const modifiers = "(?:(?:declare|readonly|override|abstract|static|async|get|set) )*";
	const hidden = new RegExp(`^\\t(?:declare )?(?:private|protected) ${modifiers}(\\w+)`, "gm");
	const shown = new RegExp(`^\\t+${modifiers}(\\w+)[?!]?[:(<]`, "gm");
	const others = new Set([
		...[...text.matchAll(shown), ...text.matchAll(/"(\w+)"/g)].map(([, name]) => name as string),
		...builtinNames(),
	]);
	for (const facade of facades) for (const [, name] of facade.matchAll(hidden)) others.add(name as string);
	const names = [...text.matchAll(hidden)].map(([, name]) => name as string);
	return [...new Set(names)].filter((name) => !others.has(name)).sort();
}

/** Returns the names of the properties of JavaScript's own classes and objects. */
function builtinNames(): Set<string> {
	const names = new Set<string>();
	for (const name of Object.getOwnPropertyNames(globalThis)) {
		names.add(name);
		const value: unknown = (globalThis as Record<string, unknown>)[name];
		for (const object of [value, (value as { prototype?: unknown } | undefined)?.prototype])
			if (object !== null && (typeof object === "object" || typeof object === "function"))
				for (const member of Object.getOwnPropertyNames(object)) names.add(member);
	}
	return names;
}
