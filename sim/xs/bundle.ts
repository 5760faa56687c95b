/** Bundles a device program into one script for the XS engine, with stand-ins for the SDK's modules. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { moduleOf, type Part } from "./manifest.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
/** The engine reports lines without columns: look up the end of the line. */
const lastColumn = 1000;

/** Module specifiers of the SDK and of this project, and the files used for them. */
const modules: Record<string, string> = {
	system: "sim/xs/device/system.ts",
	net: "sim/xs/device/net.ts",
	timer: "sim/xs/device/timer.ts",
	"embedded:io/socket/tcp": "sim/xs/device/tcp.ts",
	"embedded:io/socket/tcp/tls": "sim/xs/device/tlssocket.ts",
	"ssl/cert": "sim/xs/device/sslcert.ts",
	x509: "sim/xs/device/x509.ts",
	"embedded:io/socket/listener": "sim/xs/device/listener.ts",
	"embedded:io/socket/udp": "sim/xs/device/udp.ts",
	"embedded:network/dns/resolver/udp": "sim/xs/device/resolver.ts",
	"text/decoder": "sim/xs/device/textdecoder.ts",
	logical: "sim/xs/device/logical.ts",
	"mc/config": "sim/xs/device/config.ts",
	"embedded:network/http/server": "sim/xs/device/httpserver.ts",
	"embedded:network/interface/wifi": "sim/xs/device/wifi.ts",
	Resource: "sim/xs/device/resource.ts",
	sntp: "sim/xs/device/sntp.ts",
	time: "sim/xs/device/time.ts",
	instrumentation: "sim/xs/device/instrumentation.ts",
	"xs-web-socket/chunks": "modules/chunks/chunks.ts",
	"xs-web-socket": "modules/websocket/websocket.ts",
};

/** Native modules of this project that have a stand-in, and the files used for them. */
const natives: Record<string, string> = {
	"modules/rfc6455/seed.ts": "sim/xs/device/random.ts",
};

/** Replaces modules, given by absolute path, with other modules. */
function replacing(paths: Record<string, string>): Plugin {
	return {
		name: "replacing",
		setup({ onLoad }) {
			onLoad({ filter: /./ }, ({ path }) => {
				const other = paths[path];
				if (other === undefined) return undefined;
				return { contents: `export * from ${JSON.stringify(other)};`, resolveDir: root, loader: "ts" };
			});
		},
	};
}

/** A device program as one script that the engine can load. */
export class Bundle {
	readonly #folder: string;
	readonly #map: SourceMap;
	/** Absolute path of the script. */
	readonly path: string;

	private constructor(folder: string, map: SourceMap) {
		this.#folder = folder;
		this.#map = map;
		this.path = join(folder, "program.js");
	}

	/**
	 * @param program absolute path of the device program's main module
	 * @param aliases further specifiers, or absolute paths of modules to replace, with the absolute paths to
	 *   use
	 * @param parts optional parts of this project that the program has
	 * @throws Error with esbuild's messages if the program does not compile
	 */
	static async make(
		program: string,
		aliases: Record<string, string> = {},
		parts: readonly Part[] = [],
	): Promise<Bundle> {
		const alias: Record<string, string> = {};
		for (const [specifier, path] of Object.entries(modules)) alias[specifier] = join(root, path);
		const replaced: Record<string, string> = {};
		for (const [name, path] of Object.entries(natives)) replaced[join(root, name)] = join(root, path);
		for (const [name, path] of Object.entries(aliases)) (isAbsolute(name) ? replaced : alias)[name] = path;
		const result = await build({
			stdin: {
				contents: `import { boot } from ${JSON.stringify(join(here, "device/machine.ts"))};
import ${JSON.stringify(join(here, "device/globals.ts"))};
boot(() => {
	${["modules/network/network.ts", ...parts.map(moduleOf)].map((path) => `require(${JSON.stringify(join(root, path))});`).join("\n\t")}
	require(${JSON.stringify(program)});
});`,
				resolveDir: root,
				sourcefile: "boot",
			},
			absWorkingDir: root,
			alias,
			plugins: [replacing(replaced)],
			bundle: true,
			format: "iife",
			target: "es2022",
			platform: "neutral",
			sourcemap: "external",
			sourcesContent: false,
			outfile: "program.js",
			write: false,
			logLevel: "silent",
		}).catch((error: Error) => {
			throw new Error(`The device program ${program} could not be built: ${error.message}`);
		});
		const [map, script] = result.outputFiles;
		if (!map || !script) throw new Error(`The device program ${program} could not be built.`);
		const folder = await mkdtemp(join(tmpdir(), "xs-simulator-"));
		const bundle = new Bundle(folder, new SourceMap(JSON.parse(map.text)));
		await writeFile(bundle.path, script.contents);
		return bundle;
	}

	/** Translates the lines of a stack trace to source files, and removes the simulator's own lines. */
	locate(text: string): string {
		return text
			.split("\n")
			.map((line) =>
				line.replace(/\(([^()]*):(\d+)\)$/, (place, path, number) => this.#origin(place, path, number)),
			)
			.filter(
				(line) =>
					!/^ at .*\((sim\/xs\/device\/|boot|[^()]*\/program\.js)[^()]*\)$|^ at call \(\)$/.test(line),
			)
			.join("\n");
	}

	/** Removes the files. Call it after the engine has read them. */
	async remove(): Promise<void> {
		await rm(this.#folder, { recursive: true, force: true });
	}

	#origin(place: string, path: string, line: string): string {
		if (path !== this.path) return place;
		const entry = this.#map.findEntry(Number(line) - 1, lastColumn);
		if (!("originalSource" in entry)) return place;
		const source = resolve(root, entry.originalSource);
		return `(${source.startsWith(root + sep) ? relative(root, source) : source}:${entry.originalLine + 1})`;
	}
}
