/** Compiles the code samples of the documentation, each environment with the types that it has. */

import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { root, type Sample } from "./pages.js";

/** Where samples are written: beside the folders that they import from. */
const folder = `${root}.samples/`;
const compiler = `${root}node_modules/typescript/bin/tsc`;
const devicePaths = {
	"xs-web-socket": ["../modules/websocket/websocket.ts"],
	"xs-web-socket/chunks": ["../modules/chunks/chunks.ts"],
	"xs-web-socket/*": ["../*"],
};

/** Compiler options and further files for the samples of each environment. */
const environments: Readonly<Record<string, { compilerOptions: object; include: readonly string[] }>> = {
	"": { compilerOptions: { types: [], paths: devicePaths }, include: ["../typings"] },
	sdk: { compilerOptions: { types: [], paths: devicePaths }, include: ["../typings", "sdk.d.ts"] },
	browser: { compilerOptions: { types: [], lib: ["ES2024", "DOM"] }, include: [] },
	node: { compilerOptions: { types: ["node"] }, include: ["../typings"] },
};

/** Modules of the SDK that typings/ does not declare: their types are the SDK's, which need not be there. */
const sdkModules = `declare module "embedded:network/http/*" {
	const module: any;
	export default module;
}
`;

/** The code of an error for a value of type unknown, such as a message: JavaScript need not check what it is. */
const unknownValue = "TS18046";

/** A sample in a file. */
export interface File extends Sample {
	/** Absolute path. */
	readonly path: string;
}

/** Writes samples in JavaScript and TypeScript to files. */
export function writeFiles(samples: readonly Sample[]): File[] {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder);
	writeFileSync(`${folder}package.json`, '{ "type": "module" }\n');
	writeFileSync(`${folder}sdk.d.ts`, sdkModules);
	// What the simulator compiles with: the manifests set it for apps.
	writeFileSync(`${folder}tsconfig.json`, '{ "compilerOptions": { "useDefineForClassFields": false } }\n');
	return samples.map((sample) => {
		const name = sample.title.replace(/\.md, sample /, "-").replaceAll("/", "-");
		const path = `${folder}${name}.${sample.language}`;
		writeFileSync(path, sample.text);
		return { ...sample, path };
	});
}

/** The errors of the compiler for the samples of an environment, a line each. */
export async function errorsOf(files: readonly File[], environment: string): Promise<string[]> {
	const settings = environments[environment];
	if (!settings) return [`there is no environment "${environment}"`];
	const own = files.filter((file) => file.environment === environment).map(({ path }) => path);
	const configuration = `${folder}tsconfig.${environment || "device"}.json`;
	writeFileSync(
		configuration,
		JSON.stringify({
			extends: "../tsconfig.json",
			compilerOptions: {
				allowJs: true,
				checkJs: true,
				noImplicitAny: false,
				noImplicitThis: false,
				useDefineForClassFields: false,
				...settings.compilerOptions,
			},
			include: [...own, ...settings.include],
		}),
	);
	const arguments_ = [compiler, "-p", configuration, "--pretty", "false"];
	const output = await promisify(execFile)(process.execPath, arguments_, { cwd: root }).then(
		() => "",
		({ stdout }: { stdout: string }) => stdout,
	);
	return output
		.split("\n")
		.filter(
			(line) => line !== "" && !(line.startsWith(".samples/") && line.includes(`error ${unknownValue}`)),
		);
}
