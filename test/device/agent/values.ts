/** Device side of the values on the control connection: values that JSON lacks are objects with the key `$`. */

import type { Wire } from "../protocol.js";
import { verifying } from "./verdicts.js";

/** The context of a running step, which its values may refer to. */
export interface Scope {
	/** The emitter, inside a listener. */
	readonly self?: unknown;
	/** The listener's arguments. */
	readonly arguments?: readonly unknown[];
	/** Index of the innermost `repeat`. */
	readonly index?: number;
	/** Returns the object of a name. */
	readonly object?: (name: string) => unknown;
}

/** Longer strings and buffers are reported as length and checksum to save memory. */
const longestInFull = 1024;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function fromBase64(text: string): ArrayBuffer {
	const digits = text.replaceAll("=", "");
	const bytes = new Uint8Array((digits.length * 3) >> 2);
	let bits = 0;
	let held = 0;
	let position = 0;
	for (let i = 0; i < digits.length; i++) {
		bits = ((bits << 6) | alphabet.indexOf(digits.charAt(i))) & 0xffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			bytes[position++] = bits >> held;
		}
	}
	return bytes.buffer;
}

/** FNV-1a, 32 bits: detects damaged, lost and swapped bytes. */
function checksum(bytes: Uint8Array): number {
	let sum = 0x811c9dc5;
	for (let i = 0; i < bytes.length; i++) sum = Math.imul(sum ^ (bytes[i] as number), 0x01000193);
	return sum >>> 0;
}

function special(tagged: { readonly [name: string]: Wire }, scope: Scope): unknown {
	switch (tagged["$"]) {
		case "undefined":
			return undefined;
		case "number":
			return Number(tagged["value"]);
		case "bigint":
			return BigInt(tagged["value"] as string);
		case "symbol":
			return Symbol("symbol");
		case "function":
			return () => undefined;
		case "returns": {
			// Each call returns the next value, or throws it; the last one again and again.
			const values = tagged["values"] as readonly Wire[];
			let calls = 0;
			return () => {
				const value = values[Math.min(calls++, values.length - 1)] as { readonly throws?: string } | null;
				if (value?.throws !== undefined) throw new Error(value.throws);
				return value;
			};
		}
		case "traces":
			return (value: unknown) => trace(`${tagged["prefix"]}${value}\n`);
		case "verify":
			return verifying(tagged["answers"] as Parameters<typeof verifying>[0]);
		case "cycle": {
			const cycle: { self?: unknown } = {};
			cycle.self = cycle;
			return cycle;
		}
		case "throws":
			return {
				toJSON() {
					throw new Error("thrown from toJSON");
				},
			};
		case "text":
			return (tagged["of"] as string).repeat(tagged["times"] as number);
		case "bytes": {
			const bytes = new Uint8Array(tagged["count"] as number);
			for (let i = 0; i < bytes.length && i < 256; i++) bytes[i] = i;
			for (let i = 256; i < bytes.length; i *= 2) bytes.copyWithin(i, 0, i);
			return bytes.buffer;
		}
		case "buffer":
			return fromBase64(tagged["base64"] as string);
		case "Uint8Array":
		case "DataView":
		case "Float32Array": {
			// A view in the middle of a larger buffer, to catch code that takes the whole buffer.
			const bytes = new Uint8Array(fromBase64(tagged["base64"] as string));
			const larger = new Uint8Array(bytes.length + 8).fill(0xee);
			larger.set(bytes, 4);
			if (tagged["$"] === "DataView") return new DataView(larger.buffer, 4, bytes.length);
			if (tagged["$"] === "Float32Array") return new Float32Array(larger.buffer, 4, bytes.length / 4);
			return larger.subarray(4, 4 + bytes.length);
		}
		case "index":
			return scope.index;
		case "object":
			return scope.object?.(tagged["name"] as string);
		case "argument":
			return scope.arguments?.[tagged["index"] as number];
		default:
			throw new Error(`unknown kind of value ${JSON.stringify(tagged["$"])}`);
	}
}

/** Decodes a value of the driver. Objects are frozen to detect code that modifies its options. */
export function decode(wire: Wire, scope: Scope): unknown {
	if (wire === null || typeof wire !== "object") return wire;
	if (Array.isArray(wire)) return Object.freeze(wire.map((item) => decode(item, scope)));
	const object = wire as { readonly [name: string]: Wire };
	if ("$" in object) return special(object, scope);
	// Not by assignment: if Object.prototype is frozen, a property such as toString cannot be assigned.
	return Object.freeze(
		Object.fromEntries(Object.keys(object).map((name) => [name, decode(object[name] as Wire, scope)])),
	);
}

function bytesOf(kind: string, bytes: Uint8Array<ArrayBuffer>): Wire {
	if (bytes.length > longestInFull)
		return { $: "long", kind, length: bytes.length, checksum: checksum(bytes) };
	return { $: kind, base64: bytes.toBase64() };
}

/** Encodes `value` for the driver; `nameOf` returns the names of objects known to the driver. */
export function encode(value: unknown, nameOf: (value: object) => string | undefined): Wire {
	switch (typeof value) {
		case "boolean":
			return value;
		case "string": {
			if (value.length * 4 <= longestInFull) return value;
			const bytes = new Uint8Array(ArrayBuffer.fromString(value.toWellFormed()));
			if (bytes.length <= longestInFull) return value;
			return { $: "long", kind: "string", length: bytes.length, checksum: checksum(bytes) };
		}
		case "number":
			return Number.isFinite(value) ? value : { $: "number", value: String(value) };
		case "object":
			break;
		default:
			return { $: typeof value };
	}
	if (value === null) return null;
	const name = nameOf(value);
	if (name !== undefined) return { $: "object", name };
	if (value instanceof ArrayBuffer) return bytesOf("buffer", new Uint8Array(value));
	if (value instanceof Uint8Array) return bytesOf("Uint8Array", new Uint8Array(value));
	if (value instanceof Error) return { $: "error", name: value.name, message: value.message };
	if (Array.isArray(value)) return value.map((item) => encode(item, nameOf));
	const Class = (value as { constructor?: { name: string } }).constructor;
	if (Class && Class !== Object) return { $: "instance", class: Class.name };
	const copy: Record<string, Wire> = {};
	for (const key of Object.keys(value)) copy[key] = encode((value as Record<string, unknown>)[key], nameOf);
	return copy;
}
