/**
 * Defines the globals of the SDK's engine, for unit tests that run device modules in Node.js. Import this file
 * for its side effect. tsconfig.json maps the specifiers of native modules to the files in this folder.
 */

import { randomInt } from "node:crypto";

/** Traced texts, one entry per call of trace(). */
export const traces: string[] = [];

function define(object: object, name: string, value: unknown): void {
	if (name in object) return;
	Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

define(globalThis, "trace", (...values: unknown[]) => {
	traces.push(values.map(String).join(""));
});

/** Encodes a lone surrogate as three bytes of invalid UTF-8, as the SDK does; `TextEncoder` would replace it. */
define(ArrayBuffer, "fromString", (text: unknown): ArrayBuffer => {
	const bytes: number[] = [];
	for (const character of String(text)) {
		const code = character.codePointAt(0) as number;
		if (code >= 0xd800 && code <= 0xdfff)
			bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
		else bytes.push(...Buffer.from(character));
	}
	return Uint8Array.from(bytes).buffer;
});

define(String, "fromArrayBuffer", (bytes: ArrayBuffer, offset = 0, length?: number): string =>
	new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes, offset, length)),
);

define(Math, "irandom", (first?: number, second?: number): number =>
	second === undefined ? randomInt(first ?? 0x7fffffff) : randomInt(first as number, second),
);
