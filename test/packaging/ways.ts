/** The ways to include this project in an app, each tested with the app of test/packaging/app. */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { mcpackPath } from "../../packaging/manifests.js";
import { Authority } from "../../sim/certificates.js";
import type { Built } from "../../sim/moddable/build.js";
import { root } from "../../sim/moddable/sdk.js";
import { WsServer } from "../support/wspeer.js";
import { checkEcho } from "./echo.js";
import type { Check } from "./stage.js";
import { type Config, strictest, type Workshop } from "./workshop.js";

type Way = (workshop: Workshop, config: Config) => Promise<Built>;

const base = "$(MODDABLE)/examples/manifest_base.json";
/** The manifests that an app may include: the modules, our WebSocketClient as the host's, the optional parts. */
const manifests = [
	"manifest.json",
	"modules/ecma419/manifest.json",
	"manifest_attach.json",
	"manifest_broadcast.json",
	"manifest_chunks.json",
	"manifest_pages.json",
	"manifest_secure.json",
	"manifest_verify.json",
];
const dist = "./node_modules/xs-web-socket/dist/";
const modules = { "*": "./main" };
const typescript = { tsconfig: { compilerOptions: strictest } };

async function byPath(workshop: Workshop, config: Config): Promise<Built> {
	const name = "packaging-path";
	const include = [base, ...manifests.map((path) => join(root, path))];
	const folder = workshop.makeApp(name, { "manifest.json": { include, modules, typescript } });
	return workshop.build(name, { manifest: join(folder, "manifest.json"), config });
}

/** The repository contains the current files, committed or not, except ignored ones. */
async function byGit(workshop: Workshop, config: Config): Promise<Built> {
	const name = "packaging-git";
	const tag = "v0.0.0-check";
	const repository = join(workshop.folder, "xs-web-socket.git");
	const here = [`--git-dir=${repository}`, `--work-tree=${root}`];
	await workshop.git(["init", "--quiet", "--bare", repository]);
	await workshop.git([...here, "add", "--all"]);
	await workshop.git([...here, "commit", "--quiet", "--message", "Current files"]);
	await workshop.git([...here, "tag", tag]);
	const git = pathToFileURL(repository).href;
	const include = [base, ...manifests.map((manifest) => ({ git, tag, manifest }))];
	const folder = workshop.makeApp(name, { "manifest.json": { include, modules, typescript } });
	return workshop.build(name, { manifest: join(folder, "manifest.json"), config });
}

/** mcpack needs JavaScript: an app in TypeScript is compiled before, with the types of the package. */
async function byMcpack(workshop: Workshop, config: Config): Promise<Built> {
	const name = "packaging-mcpack";
	const sdk = workshop.sdk.folder;
	const folder = workshop.makeApp(name, {
		"package.json": {
			name,
			version: "1.0.0",
			private: true,
			type: "module",
			exports: "./main.js",
			moddable: {
				manifest: {
					include: manifests
						.slice(1)
						.map(mcpackPath)
						.map((path) => dist + path),
				},
			},
		},
		"tsconfig.json": {
			compilerOptions: {
				...strictest,
				target: "ES2024",
				module: "preserve",
				types: [],
				paths: { "mc/config": [join(sdk, "typings/mc/config")], timer: [join(sdk, "typings/timer")] },
			},
			files: ["main.ts", join(sdk, "xs/includes/xs.d.ts")],
		},
	});
	await workshop.install(folder);
	await workshop.compile(folder);
	return workshop.pack(name, folder, config);
}

async function byDistManifest(workshop: Workshop, config: Config): Promise<Built> {
	const name = "packaging-dist";
	const folder = workshop.makeApp(name, {
		"package.json": { name, version: "1.0.0", private: true },
		"manifest.json": {
			include: [base, ...manifests.map((path) => dist + path)],
			modules,
			// The build fails if there is a TypeScript file.
			typescript: { compiler: "false" },
		},
	});
	await workshop.install(folder);
	const source = join(folder, "main.ts");
	const { code } = await transform(readFileSync(source, "utf8"), { loader: "ts" });
	rmSync(source);
	writeFileSync(join(folder, "main.js"), code);
	return workshop.build(name, { manifest: join(folder, "manifest.json"), config });
}

function check(title: string, way: Way): Check {
	return {
		title,
		async perform(stage) {
			const peer = await WsServer.listen();
			stage.atEnd(() => peer.close());
			const { chain: cert, key } = await (await Authority.create()).issue();
			const secure = await WsServer.listenSecurely({ cert, key });
			stage.atEnd(() => secure.close());
			const config = { port: peer.port, securePort: secure.port };
			const device = await stage.start(await way(stage.workshop, config));
			const echoed = await checkEcho(device, peer);
			const connection = await secure.connection();
			connection.send('"secret"');
			if ((await connection.message()) !== '"secret"') throw new Error("there is no echo over TLS");
			return `${echoed}, one over TLS`;
		},
	};
}

export const ways: readonly Check[] = [
	check("include by path", byPath),
	check("include by git with a tag", byGit),
	check("npm pack and mcpack", byMcpack),
	check("npm pack and dist/manifest.json, without TypeScript", byDistManifest),
];
