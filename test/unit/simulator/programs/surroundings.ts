/** Traces the globals and the configuration of a device program. */

import config from "mc/config";

const global = globalThis as unknown as Record<string, unknown>;
const hidden = [
	"setTimeout",
	"setInterval",
	"setImmediate",
	"console",
	"print",
	"performance",
	"issueCommand",
	"gc",
	"TextEncoder",
	"TextDecoder",
	"Base64",
	"harden",
	"require",
	"process",
];

trace(`config ${JSON.stringify(config)}\n`);
trace("one line ", 1, " ", true, "\nand ");
trace("another\n");
trace(`found ${JSON.stringify(hidden.filter((name) => global[name] !== undefined))}\n`);
void Promise.resolve().then(() => trace("a job ran\n"));

const bytes = (buffer: ArrayBuffer) => new Uint8Array(buffer).join(" ");
trace(`fromString ${bytes(ArrayBuffer.fromString("aé€😀\0"))}\n`);
trace(`lone surrogate ${bytes(ArrayBuffer.fromString("\uD800"))}\n`);
trace(`fromArrayBuffer ${String.fromArrayBuffer(ArrayBuffer.fromString("aé€😀")) === "aé€😀"}\n`);
const surrogate = Uint8Array.of(0x61, 0xed, 0xa0, 0x80, 0x62).buffer;
trace(`fromArrayBuffer accepts a surrogate ${String.fromArrayBuffer(surrogate) === "a\uD800b"}\n`);
for (const broken of [[0x80], [0xc3], [0xe2, 0x82], [0xc3, 0x41]]) {
	try {
		String.fromArrayBuffer(Uint8Array.from(broken).buffer);
		trace("fromArrayBuffer accepted an invalid sequence\n");
	} catch {
		trace(`fromArrayBuffer rejects ${broken.join(" ")}\n`);
	}
}
trace(`toWellFormed ${"a\uD800b😀".toWellFormed() === "a\uFFFDb😀"}\n`);
trace(`toBase64 ${(Uint8Array.of(1, 2, 3, 4) as unknown as { toBase64(): string }).toBase64()}\n`);
let inside = true;
for (let i = 0; i < 1000; i++) {
	const number = Math.irandom(7);
	if (!Number.isInteger(number) || number < 0 || number > 6) inside = false;
}
trace(`irandom ${inside}\n`);
