/** The pages of the documentation, taken apart. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import GithubSlugger from "github-slugger";
import { marked, type Token, type Tokens } from "marked";

/** Folder of the project, with a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A fenced block of code. */
export interface Sample {
	/** The page and the number of the sample on it. */
	readonly title: string;
	/** "js", "ts", "json", "sh" ... */
	readonly language: string;
	/**
	 * Where JavaScript runs: "" on a device, "sdk" on a device with further modules of the SDK, "browser" and "node". It is the second
	 * word after the fence.
	 */
	readonly environment: string;
	readonly text: string;
}

export interface Page {
	/** From the folder of the project. */
	readonly path: string;
	readonly text: string;
	readonly samples: readonly Sample[];
	/** Targets of links and images. */
	readonly links: readonly string[];
	/** Code within sentences. */
	readonly codeSpans: readonly string[];
	/** What a link can name behind "#". */
	readonly anchors: ReadonlySet<string>;
}

function tokensOf(text: string): Token[] {
	const tokens: Token[] = [];
	marked.walkTokens(marked.lexer(text), (token) => {
		tokens.push(token);
	});
	return tokens;
}

function ofType<Type extends Token>(tokens: readonly Token[], type: Type["type"]): Type[] {
	return tokens.filter((token): token is Type => token.type === type);
}

function readPage(path: string): Page {
	const text = readFileSync(root + path, "utf8");
	const tokens = tokensOf(text);
	const slugger = new GithubSlugger();
	return {
		path,
		text,
		samples: ofType<Tokens.Code>(tokens, "code").map((token, index) => {
			const [language = "", environment = ""] = (token.lang ?? "").split(" ");
			return { title: `${path}, sample ${index + 1}`, language, environment, text: token.text };
		}),
		links: [...ofType<Tokens.Link>(tokens, "link"), ...ofType<Tokens.Image>(tokens, "image")].map(
			({ href }) => href,
		),
		codeSpans: ofType<Tokens.Codespan>(tokens, "codespan").map((token) => token.text),
		anchors: new Set([
			...ofType<Tokens.Heading>(tokens, "heading").map((token) => slugger.slug(plain(token))),
			...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id as string),
		]),
	};
}

/** The text of a heading, without its marks. */
function plain(token: Token): string {
	if ("tokens" in token && token.tokens) return token.tokens.map(plain).join("");
	return "text" in token ? token.text : "";
}

/** All pages. */
export function readPages(): Page[] {
	const paths = [
		...readdirSync(root).filter((name) => name.endsWith(".md")),
		...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
			.filter((name) => name.endsWith(".md"))
			.map((name) => `docs/${name}`),
	];
	return paths.sort().map(readPage);
}

/** Whether there is a file or folder of this path in the project. */
export function exists(path: string): boolean {
	return existsSync(root + path);
}
