/** Checks of the commands and manifests in the documentation. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exists, root } from "./pages.js";

interface Package {
	scripts: Record<string, string>;
	repository: { url: string };
}

const project = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as Package;
/** Where pages say that a clone of this project is. */
const clone = "/path/to/xs-web-socket/";
const installed = "./node_modules/xs-web-socket/dist/";

/** What is wrong with a command, or undefined. */
export function wrongCommand(command: string): string | undefined {
	const [, text = ""] = /^(?:\w+=\S* +)*(.*)$/.exec(command.trim()) ?? [];
	const words = text.split(/\s+/);
	const [program, first, ...more] = words;
	const missing = words.find((word) => /^[\w.-]+\/.*\.(ts|js|json)$/.test(word) && !exists(word));
	if (missing) return `there is no ${missing}`;
	switch (program) {
		case "npm": {
			if (first === "install" || first === "ci") return undefined;
			const script = first === "run" ? more.find((word) => !word.startsWith("-")) : first;
			return script !== undefined && script in project.scripts ? undefined : `there is no script ${script}`;
		}
		case "mcconfig":
			return words.some((word) => word.endsWith("manifest.json")) ? undefined : "it names no manifest";
		case "node":
			return first === "--import" && more[0] === "tsx" ? undefined : "it is not node --import tsx";
		default:
			return "the check does not know it";
	}
}

/** The commands of a shell sample, without comments. */
export function commandsOf(text: string): string[] {
	return text
		.split("\n")
		.map((line) => line.replace(/(^|\s)#.*/, ""))
		.flatMap((line) => line.split("&&"))
		.filter((command) => command.trim() !== "");
}

/** What is wrong with what a manifest includes, a sentence each. */
export function wrongIncludes(include: readonly (string | GitInclude)[]): string[] {
	return include.flatMap((each) => {
		if (typeof each !== "string") return wrongGit(each);
		const path = ownPath(each);
		if (path !== undefined) return exists(path) ? [] : [`${each}: there is no ${path}`];
		if (!each.startsWith("$(MODDABLE)/")) return [`${each} leads nowhere`];
		const sdk = process.env["MODDABLE"];
		if (!sdk) return [];
		const file = join(sdk, each.slice("$(MODDABLE)/".length));
		return readable(file) ? [] : [`${each}: the SDK has no such file`];
	});
}

interface GitInclude {
	git: string;
	tag?: string;
	manifest?: string;
}

function wrongGit({ git, manifest = "manifest.json" }: GitInclude): string[] {
	const wrong =
		`git+${git}` === project.repository.url ? [] : [`${git} is not the repository of package.json`];
	return exists(manifest) ? wrong : [...wrong, `there is no ${manifest}`];
}

/** The path in this project that an include means, if it means one. What is in dist/ has its source at the root. */
function ownPath(include: string): string | undefined {
	const start = [clone, installed].find((each) => include.startsWith(each));
	return start === undefined ? undefined : include.slice(start.length);
}

function readable(file: string): boolean {
	try {
		readFileSync(file);
		return true;
	} catch {
		return false;
	}
}
