/** Globals of the SDK's engine that XS 13 lacks. */

import "./typedarrays.js";
import { Operation } from "../protocol.js";
import { Base64, operations, TextDecoder, utf8 } from "./machine.js";
import { random } from "./random.js";

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function define(object: object, name: string, value: unknown): void {
	if (name in object && name !== "trace") return;
	Object.defineProperty(object, name, { value, writable: true, configurable: true });
}

define(globalThis, "trace", (...values: unknown[]) => {
	operations.uint8(Operation.Trace).string(values.map(String).join(""));
});

define(ArrayBuffer, "fromString", (text: unknown) => {
	const bytes = utf8(String(text));
	return bytes.buffer.byteLength === bytes.byteLength ? bytes.buffer : bytes.slice().buffer;
});

/** Checks the form of the byte sequences but not their values: surrogates are accepted, as on the SDK. */
define(String, "fromArrayBuffer", (buffer: unknown, offset: unknown = 0, length?: unknown) => {
	if (!(buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer))
		throw new TypeError("argument: not an ArrayBuffer instance");
	const start = Number(offset);
	if (start < 0 || start > buffer.byteLength) throw new RangeError(`invalid byteOffset ${start}`);
	const count = length === undefined ? buffer.byteLength - start : Number(length);
	if (count < 0 || start + count > buffer.byteLength) throw new RangeError(`invalid byteLength ${count}`);
	const bytes = new Uint8Array(buffer, start, count);
	let text: string | undefined;
	try {
		text = strictDecoder.decode(bytes);
		// As many characters as bytes: ASCII only, so the check below is not needed.
		if (text.length === count) return text;
	} catch {}
	// XS 13's decoder accepts bytes below 0x80 after ED and F4 as continuation bytes; the SDK's function does not.
	for (const first of [0xed, 0xf4])
		for (let index = bytes.indexOf(first); index >= 0; index = bytes.indexOf(first, index + 1))
			if (((bytes[index + 1] ?? 0) & 0xc0) !== 0x80) throw new TypeError("invalid UTF-8");
	return text ?? decodeLeniently(bytes);
});

/** Random integer from 0 to `limit` (exclusive), or between two limits. The same in each run until it is seeded. */
define(Math, "irandom", (first?: number, second?: number) => {
	const minimum = second === undefined ? 0 : (first as number) | 0;
	const maximum = second === undefined ? (first ?? 2147483647) | 0 : second | 0;
	const value = minimum + random() * (maximum - minimum);
	return maximum < minimum ? Math.ceil(value) : Math.floor(value);
});

define(Uint8Array.prototype, "toBase64", function (this: Uint8Array): string {
	return Base64.encode(this.slice().buffer as ArrayBuffer);
});

define(String.prototype, "isWellFormed", function (this: string): boolean {
	return !/\p{Surrogate}/u.test(String(this));
});

define(String.prototype, "toWellFormed", function (this: string): string {
	return String(this).replace(/\p{Surrogate}/gu, "\uFFFD");
});

function decodeLeniently(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.byteLength; ) {
		const first = bytes[i++] as number;
		if (first < 0x80) {
			text += String.fromCharCode(first);
			continue;
		}
		const following =
			(first & 0xe0) === 0xc0 ? 1 : (first & 0xf0) === 0xe0 ? 2 : (first & 0xf0) === 0xf0 ? 3 : 0;
		if (!following || i + following > bytes.byteLength) throw new TypeError("invalid UTF-8");
		let code = first & (0x3f >> following);
		for (let j = 0; j < following; j++) {
			const byte = bytes[i++] as number;
			if ((byte & 0xc0) !== 0x80) throw new TypeError("invalid UTF-8");
			code = (code << 6) | (byte & 0x3f);
		}
		// The SDK accepts code points above U+10FFFF; strings of XS 13 cannot hold them.
		text += String.fromCodePoint(code > 0x10ffff ? 0xfffd : code);
	}
	return text;
}
