import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "ava";
import { buildSync, transformSync } from "esbuild";
import { includedManifests, mcpackManifest, readManifest } from "../../packaging/manifests.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const modules = `${root}modules/`;

/** The fields of a Moddable SDK manifest that these tests read. */
interface Manifest {
	modules?: Record<string, string>;
	preload?: string[];
}

function manifestsIn(folder: string): Manifest[] {
	return readdirSync(modules + folder)
		.filter((file) => /^manifest\w*\.json$/.test(file))
		.map((file) => JSON.parse(readFileSync(`${modules}${folder}/${file}`, "utf8")));
}

/** Returns whether a module only declares types, so that a device never loads it. */
function isErased(path: string): boolean {
	return !transformSync(readFileSync(path, "utf8"), { loader: "ts" }).code.trim();
}

/** Folders whose modules replace those of the same name in another folder. */
const replaced: Record<string, string> = { native: "channel", pico: "network" };

// A module that no manifest names does not fail the build: the device aborts when it imports it.
for (const folder of readdirSync(modules)) {
	test(`the manifests of modules/${folder} name every module by its path, and preload it`, (t) => {
		const manifests = manifestsIn(folder);
		const named = manifests.flatMap(({ modules = {} }) => Object.entries(modules));
		const preloaded = manifests.flatMap(({ preload = [] }) => preload);
		for (const file of readdirSync(modules + folder)) {
			const name = /^(\w+)(?<!\.d)\.ts$/.exec(file)?.[1];
			if (name === undefined || isErased(`${modules}${folder}/${file}`)) continue;
			const other = replaced[folder];
			const place = other !== undefined && existsSync(`${modules}${other}/${file}`) ? other : folder;
			// "xs-web-socket" has two: manifest_client.json has one for apps without a Server.
			const specifier = name.endsWith("specifier")
				? ({ chunks: "xs-web-socket/chunks" }[folder as string] ?? "xs-web-socket")
				: `xs-web-socket/modules/${place}/${name}`;
			// A module in C also has a TypeScript version, for engines without it.
			const native = existsSync(`${modules}${folder}/native/${name}.c`) ? "native/" : "";
			const paths = named.filter(([key]) => key === specifier).map(([, path]) => path);
			t.true(paths.includes(`./${native}${name}`), `no manifest names ${specifier}`);
			// C modules must be named completely: patterns match only modules in JavaScript.
			t.true(preloaded.includes(specifier), `${specifier} is not preloaded`);
		}
		t.pass();
	});
}

// mcpack names modules by their paths, so a module that imports another one by its specifier does not find it.
for (const path of ["modules/websocket/manifest.json", "modules/chunks/manifest.json"])
	test(`for mcpack ${path} has no module that only gives another one a specifier`, (t) => {
		const { modules = {}, preload = [] }: Manifest = JSON.parse(
			mcpackManifest(readFileSync(root + path, "utf8")),
		);
		t.deepEqual(
			Object.values(modules).filter((source) => source.includes("specifier")),
			[],
		);
		const made = ["xs-web-socket", ...Object.keys(modules)];
		t.deepEqual(
			preload.filter((name) => !made.includes(name)),
			[],
		);
		t.true(preload.length > 4);
	});

// In the npm package, manifest_client.json has one module in place of those that a Client needs. What is only for a Server
// is included beside manifest.json.
for (const [manifests, entry, example] of [
	[["manifest.json", "manifest_attach.json"], "attach/network", "attach/attach"],
	[["manifest.json", "manifest_broadcast.json"], "broadcast/network", "broadcast/broadcast"],
	[["manifest.json", "manifest_verify.json"], "verify/network", "verify/decision"],
	[["manifest_secure.json"], "tls/network", "tls/tlssocket"],
	[["manifest_pages.json"], "pages/network", "pages/pagereply"],
	[["manifest_chunks.json"], "chunks/chunks", "chunks/source"],
] as const)
	test(`${manifests.join(" and ")} name every module that modules/${entry} imports`, (t) => {
		const named = manifests
			.flatMap((manifest) => [...includedManifests(root, manifest)])
			.flatMap((path) => Object.keys(readManifest(root + path).modules ?? {}));
		const { metafile } = buildSync({
			entryPoints: [`${modules}${entry}.ts`],
			absWorkingDir: root,
			bundle: true,
			packages: "external",
			metafile: true,
			write: false,
			format: "esm",
		});
		const imported = Object.keys(metafile.inputs)
			// Others stand for modules of the SDK.
			.filter((path) => path.startsWith("modules/"))
			.map((path) => `xs-web-socket/${path.replace(/\.ts$/, "")}`);
		t.true(imported.includes(`xs-web-socket/modules/${example}`));
		t.deepEqual(
			imported.filter((specifier) => !named.includes(specifier)),
			[],
		);
	});
