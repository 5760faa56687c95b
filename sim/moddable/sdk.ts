/** The Moddable SDK that is installed on this computer, in the folder that MODDABLE names. */

import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The oldest supported SDK: the first with `embedded:network/interface/wifi`. */
const oldest = [8, 2, 0] as const;

/** Root folder of this project. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Output folder of all SDK builds. It is kept, so that the next build takes a second. */
export const buildFolder = join(root, "build/moddable");

const platforms: Record<string, string> = { linux: "lin", darwin: "mac", win32: "win" };

/** An installed SDK that is new enough and has its tools built. */
export class Sdk {
	readonly folder: string;
	/** The version, such as "8.2.3". */
	readonly version: string;
	/** The SDK's name for this computer: "lin", "mac" or "win". */
	readonly platform: string;
	readonly #tools: string;

	/** @throws Error that names the missing part */
	constructor(environment: NodeJS.ProcessEnv = process.env) {
		const folder = environment["MODDABLE"];
		if (!folder)
			throw new Error(
				"MODDABLE is not set: install the Moddable SDK as its documentation says, and set MODDABLE to its folder.",
			);
		this.folder = resolve(folder);
		this.version = readVersion(this.folder);
		const platform = platforms[process.platform];
		if (!platform) throw new Error(`The Moddable SDK does not run on ${process.platform}.`);
		this.platform = platform;
		this.#tools = join(this.folder, "build/bin", platform, "release");
		for (const name of ["mcconfig", "xsc", "xsl"]) this.tool(name);
	}

	/**
	 * Returns the path of one of the SDK's tools.
	 * @throws Error if it has not been built
	 */
	tool(name: string): string {
		const path = join(this.#tools, name);
		try {
			accessSync(path, constants.X_OK);
		} catch {
			throw new Error(
				`The tools of the Moddable SDK are not built: ${path} is missing; build them as the SDK's documentation says.`,
			);
		}
		return path;
	}

	/** Environment for the SDK's tools: PATH has the tools themselves and this project's TypeScript. */
	get environment(): NodeJS.ProcessEnv {
		const path = [this.#tools, join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
		return { ...process.env, MODDABLE: this.folder, PATH: path };
	}
}

function readVersion(folder: string): string {
	let text: string;
	try {
		text = readFileSync(join(folder, "tools/VERSION"), "utf8").trim();
	} catch {
		throw new Error(`MODDABLE is ${folder}, which is not a Moddable SDK: tools/VERSION is missing.`);
	}
	const version = text.split(".").map(Number);
	for (const [index, least] of oldest.entries()) {
		const number = version[index] ?? 0;
		if (number > least) break;
		if (number < least || Number.isNaN(number))
			throw new Error(
				`The Moddable SDK in ${folder} has version ${text}; ${oldest.join(".")} or newer is needed.`,
			);
	}
	return text;
}
