/** Node side of the values on the control connection: values that JSON lacks are objects with the key `$`. */
import type { Wire } from "../protocol.js";

/** Arguments of a step that are created on the device. */
export const onDevice = {
	undefined: { $: "undefined" },
	notANumber: { $: "number", value: "NaN" },
	infinity: { $: "number", value: "Infinity" },
	symbol: { $: "symbol" },
	function: { $: "function" },
	/** A function of which each call returns the next value, or throws `{throws: message}`; the last one again and again. */
	returns: (...values: Wire[]): Wire => ({ $: "returns", values }),
	/** A function that traces its argument behind a prefix. */
	traces: (prefix: string): Wire => ({ $: "traces", prefix }),
	/** A verify() of a Server: by path `value`, `throws`, `throwsSymbol`, `throwsBare`, `resolves`, `rejects`, `waits` (for settle() of "verdicts") or `thenable`. */
	verify: (answers: { readonly [path: string]: Wire }): Wire => ({ $: "verify", answers }),
	bigint: { $: "bigint", value: "1" },
	/** An object that contains itself. */
	cycle: { $: "cycle" },
	/** An object whose toJSON throws. */
	throws: { $: "throws" },
	/** Index of the innermost `repeat`. */
	index: { $: "index" },
	/** An argument of the listener that contains the step. */
	argument: (index: number): Wire => ({ $: "argument", index }),
	/** An object of the device, by its name. */
	object: (name: string): Wire => ({ $: "object", name }),
	/** A string, `of` repeated. */
	text: (of: string, times: number): Wire => ({ $: "text", of, times }),
	/** An ArrayBuffer of `count` bytes 0, 1, ... 255, 0 and so on. */
	bytes: (count: number): Wire => ({ $: "bytes", count }),
} as const;

/** A string or buffer that is reported as length and checksum. */
export interface Long {
	kind: "string" | "buffer";
	/** Length in bytes, as UTF-8. */
	length: number;
	/** Checksum: FNV-1a, 32 bits. */
	checksum: number;
}

/** Returns how the device reports a long `value`, for comparisons. */
export function long(value: string | Uint8Array): Long {
	const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
	let checksum = 0x811c9dc5;
	for (const byte of bytes) checksum = Math.imul(checksum ^ byte, 0x01000193);
	return {
		kind: typeof value === "string" ? "string" : "buffer",
		length: bytes.length,
		checksum: checksum >>> 0,
	};
}

function base64(bytes: ArrayBuffer | ArrayBufferView): string {
	const buffer =
		bytes instanceof ArrayBuffer
			? Buffer.from(bytes)
			: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return buffer.toString("base64");
}

/** Encodes `value` for the device. Objects with the key `$` are passed unchanged. */
export function encode(value: unknown): Wire {
	if (value === undefined) return onDevice.undefined;
	if (typeof value === "number" && !Number.isFinite(value)) return { $: "number", value: String(value) };
	if (value === null || typeof value !== "object") return value as Wire;
	if (value instanceof ArrayBuffer) return { $: "buffer", base64: base64(value) };
	if (value instanceof DataView) return { $: "DataView", base64: base64(value) };
	if (value instanceof Uint8Array) return { $: "Uint8Array", base64: base64(value) };
	if (value instanceof Float32Array) return { $: "Float32Array", base64: base64(value) };
	if (Array.isArray(value)) return value.map(encode);
	return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, encode(item)]));
}

/** Decodes a value of the device; `objectOf` returns the proxy of a named object. */
export function decode(wire: Wire, objectOf: (name: string) => unknown): unknown {
	if (wire === null || typeof wire !== "object") return wire;
	if (Array.isArray(wire)) return wire.map((item) => decode(item, objectOf));
	const object = wire as { readonly [name: string]: Wire };
	switch (object["$"]) {
		case undefined:
			return Object.fromEntries(Object.entries(object).map(([name, item]) => [name, decode(item, objectOf)]));
		case "undefined":
			return undefined;
		case "number":
			return Number(object["value"]);
		case "object":
			return objectOf(object["name"] as string);
		case "buffer":
			return new Uint8Array(Buffer.from(object["base64"] as string, "base64")).buffer;
		case "Uint8Array":
			return new Uint8Array(Buffer.from(object["base64"] as string, "base64"));
		case "long": {
			const { $: _, ...rest } = object;
			return rest;
		}
		default:
			return object;
	}
}
