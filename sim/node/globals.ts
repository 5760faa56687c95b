/**
 * Globals of the SDK's engine, for device modules that run in Node itself, where unit tests drive them. Import
 * this file for its effect. The specifiers of native modules lead to the files beside it, by tsconfig.json.
 */

import { randomInt } from "node:crypto";

/** What the device modules have traced, one entry per call. */
export const traces: string[] = [];

function define(object: object, name: string, value: unknown): void {
	if (name in object) return;
	Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

define(globalThis, "trace", (...values: unknown[]) => {
	traces.push(values.map(String).join(""));
});

/** A lone surrogate gives three octets that are not UTF-8, as on the SDK; `TextEncoder` would repair it. */
define(ArrayBuffer, "fromString", (text: unknown): ArrayBuffer => {
	const octets: number[] = [];
	for (const character of String(text)) {
		const code = character.codePointAt(0) as number;
		if (code >= 0xd800 && code <= 0xdfff)
			octets.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
		else octets.push(...Buffer.from(character));
	}
	return Uint8Array.from(octets).buffer;
});

define(String, "fromArrayBuffer", (octets: ArrayBuffer, offset = 0, length?: number): string =>
	new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(octets, offset, length)),
);

define(Math, "irandom", (first?: number, second?: number): number =>
	second === undefined ? randomInt(first ?? 0x7fffffff) : randomInt(first as number, second),
);

define(Uint8Array.prototype, "toBase64", function (this: Uint8Array): string {
	return Buffer.from(this).toString("base64");
});
