/** Device side of the values on the control connection: what JSON cannot say, as objects with the key `$`. */
import type { Wire } from "../protocol.js";

/** What the values of a running step may refer to. */
export interface Scope {
	/** What emitted, inside a listener. */
	readonly self?: unknown;
	/** The listener's arguments. */
	readonly arguments?: readonly unknown[];
	/** The round of the innermost `repeat`. */
	readonly index?: number;
}

/** Longer strings and buffers are told as length and checksum, so that a report needs little memory. */
const longestInFull = 1024;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function fromBase64(text: string): ArrayBuffer {
	const digits = text.replaceAll("=", "");
	const octets = new Uint8Array((digits.length * 3) >> 2);
	let bits = 0;
	let held = 0;
	let position = 0;
	for (let i = 0; i < digits.length; i++) {
		bits = ((bits << 6) | alphabet.indexOf(digits.charAt(i))) & 0xffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			octets[position++] = bits >> held;
		}
	}
	return octets.buffer;
}

/** FNV-1a, 32 bits: tells damaged, lost and swapped octets apart. */
function checksum(octets: Uint8Array): number {
	let sum = 0x811c9dc5;
	for (let i = 0; i < octets.length; i++) sum = Math.imul(sum ^ (octets[i] as number), 0x01000193);
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
		case "octets": {
			const octets = new Uint8Array(tagged["count"] as number);
			for (let i = 0; i < octets.length && i < 256; i++) octets[i] = i;
			for (let i = 256; i < octets.length; i *= 2) octets.copyWithin(i, 0, i);
			return octets.buffer;
		}
		case "buffer":
			return fromBase64(tagged["base64"] as string);
		case "Uint8Array":
		case "DataView": {
			// A view in the middle of a larger buffer, to catch code that takes the whole buffer.
			const octets = new Uint8Array(fromBase64(tagged["base64"] as string));
			const larger = new Uint8Array(octets.length + 5).fill(0xee);
			larger.set(octets, 3);
			return tagged["$"] === "DataView"
				? new DataView(larger.buffer, 3, octets.length)
				: larger.subarray(3, 3 + octets.length);
		}
		case "index":
			return scope.index;
		case "argument":
			return scope.arguments?.[tagged["index"] as number];
		default:
			throw new Error(`the agent knows no value of the kind ${JSON.stringify(tagged["$"])}`);
	}
}

/** The value the driver meant. Objects are frozen, so that code which modifies its options is found out. */
export function decode(wire: Wire, scope: Scope): unknown {
	if (wire === null || typeof wire !== "object") return wire;
	if (Array.isArray(wire)) return Object.freeze(wire.map((item) => decode(item, scope)));
	const object = wire as { readonly [name: string]: Wire };
	if ("$" in object) return special(object, scope);
	// Not by assignment: where Object.prototype is frozen, a name such as toString could not be assigned.
	return Object.freeze(
		Object.fromEntries(Object.keys(object).map((name) => [name, decode(object[name] as Wire, scope)])),
	);
}

function octetsOf(kind: string, octets: Uint8Array<ArrayBuffer>): Wire {
	if (octets.length > longestInFull)
		return { $: "long", kind, length: octets.length, checksum: checksum(octets) };
	return { $: kind, base64: octets.toBase64() };
}

/** `value` for the driver; `nameOf` tells the objects the driver knows by name. */
export function encode(value: unknown, nameOf: (value: object) => string | undefined): Wire {
	switch (typeof value) {
		case "boolean":
			return value;
		case "string": {
			if (value.length * 4 <= longestInFull) return value;
			const octets = new Uint8Array(ArrayBuffer.fromString(value.toWellFormed()));
			if (octets.length <= longestInFull) return value;
			return { $: "long", kind: "string", length: octets.length, checksum: checksum(octets) };
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
	if (value instanceof ArrayBuffer) return octetsOf("buffer", new Uint8Array(value));
	if (value instanceof Uint8Array) return octetsOf("Uint8Array", new Uint8Array(value));
	if (value instanceof Error) return { $: "error", name: value.name, message: value.message };
	if (Array.isArray(value)) return value.map((item) => encode(item, nameOf));
	const Class = (value as { constructor?: { name: string } }).constructor;
	if (Class && Class !== Object) return { $: "instance", class: Class.name };
	const copy: Record<string, Wire> = {};
	for (const key of Object.keys(value)) copy[key] = encode((value as Record<string, unknown>)[key], nameOf);
	return copy;
}
