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
/** Folders of the modules that are bundled. */
const bundled = /^(?:websocket|channel|rfc6455)\//;
/** Names of JavaScript's own functions that are as short as those that the bundle gives. */
const shortNames = [...builtinNames()].filter((name) => /^[a-z]{2}$/.test(name));

/**
 * @param root Folder of the project.
 * @param dist Folder of the package, with the compiled modules.
 */
export async function bundleClient(root: string, dist: string): Promise<void> {
	const manifest = bundledManifest(root);
	const { outputFiles } = await build({
		stdin: {
			// A constant that nothing uses is dropped, but no name becomes one of those in it: XS would link what has it.
			contents: `export * from "./modules/websocket/clientspecifier.js"; const taken = () => [${shortNames.join()}, ${shortNames.map((name) => `taken.${name}`).join()}];`,
			resolveDir: dist,
		},
		bundle: true,
		write: false,
		format: "esm",
		target: "es2024",
		minifyIdentifiers: true,
		minifySyntax: false,
		mangleProps: new RegExp(`^(?:${innerNames(root).join("|")})$`),
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

/**
 * Modules with names that others use: apps, the host, and native modules. Apps extend the facades, with fields of any name
 * that is not documented, so not even private members of these are renamed.
 */
const boundary =
	/^(?:json\/.*|websocket\/(?:client|connection|emitter|counters|settings|handshakeoptions|mediatypes?)|channel\/(?:network|tcp)|rfc6455\/transport)\.ts$/;

/** Returns the members that only the bundled modules use: their names are no words of any other file, and no strings. */
function innerNames(root: string): string[] {
	const inner: string[] = [];
	const outer = new Set(builtinNames());
	const modifiers = "(?:(?:declare|private|protected|readonly|override|abstract|static|get|set) )*";
	const member = new RegExp(`^\\t${modifiers}(\\w+)[?!]?[:(<]`, "gm");
	const add = (text: string, pattern: RegExp): void => {
		for (const [, name] of text.matchAll(pattern)) outer.add(name as string);
	};
	add(readFileSync(join(root, "typings/moddable.d.ts"), "utf8"), /(\w+)/g);
	for (const path of readdirSync(join(root, "modules"), { recursive: true, encoding: "utf8" })) {
		if (!path.endsWith(".ts")) continue;
		const text = readFileSync(join(root, "modules", path), "utf8");
		if (boundary.test(path)) add(text, /(\w+)/g);
		else if (bundled.test(path)) {
			add(text, /"(\w+)"/g);
			inner.push(...[...text.matchAll(member)].map(([, name]) => name as string));
		}
	}
	return [...new Set(inner)].filter((name) => !outer.has(name)).sort();
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
