import TextDecoder from "text/decoder";
import { wrongType } from "./options.js";

/** How the values of one kind of MIME type become octets and come back. */
export interface MediaType {
	/** Whether messages of this type are sent as binary ones. */
	readonly binary: boolean;
	/**
	 * The octets of a value, to be sent.
	 * @returns A buffer of its own for text; for binary types the caller's octets themselves.
	 * @throws TypeError when the value has no such form.
	 */
	encode(value: unknown): ArrayBuffer | ArrayBufferView;
	/** The value of a message that came: octets, or a string where the connection has decoded it already. */
	decode(data: ArrayBuffer | string): unknown;
}

// By themselves and as constants: XS would search their objects for them, and copy a literal, at every call.
const { parse, stringify } = JSON;
const stringType = "string";

const json: MediaType = Object.freeze({
	binary: false,
	encode(value: unknown): ArrayBuffer {
		const text = stringify(value);
		if (!text) throw new TypeError(`a value of type ${typeof value} has no form in JSON`);
		return ArrayBuffer.fromString(text);
	},
	decode(data: ArrayBuffer | string): unknown {
		const string = typeof data === stringType ? (data as string) : textOf(data as ArrayBuffer);
		try {
			return parse(string);
		} catch {
			return string;
		}
	},
});

const text: MediaType = Object.freeze({
	binary: false,
	encode(value: unknown): ArrayBuffer {
		return ArrayBuffer.fromString(String(value).toWellFormed());
	},
	decode(data: ArrayBuffer | string): unknown {
		return typeof data === "string" ? data : textOf(data);
	},
});

const binary: MediaType = Object.freeze({
	binary: true,
	encode(value: unknown): ArrayBuffer | ArrayBufferView {
		if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value;
		if (typeof value === "string") return text.encode(value);
		throw new TypeError(
			`a message of a binary type must be a buffer, a view or a string, not ${typeof value}`,
		);
	},
	decode(data: ArrayBuffer | string): unknown {
		return data;
	},
});

const supported = Object.freeze([
	"application/json",
	"text/*",
	"application/octet-stream",
	"image/*",
	"audio/*",
	"video/*",
]);

/** The MIME types that `receiveType` can be; "text/*" stands for every type that begins with "text/". */
export function supportedReceiveTypes(): string[] {
	return supported.slice();
}

/** The MIME types that `sendType` can be: the same. */
export const supportedSendTypes = supportedReceiveTypes;

/**
 * The media type that an option names. Case and parameters ("; charset=utf-8") do not matter (RFC 9110 section 8.3.1).
 * @param name The option, for the error.
 * @throws TypeError when the type is not supported.
 */
export function mediaType(name: string, value: unknown = "application/json"): MediaType {
	const type = String(value).toLowerCase().replace(/;.*/s, "").trim();
	const pattern = type.replace(/\/.+$/, "/*");
	if (typeof value !== "string" || !(supported.includes(type) || supported.includes(pattern)))
		throw wrongType(name, value, `one of ${supported.join(", ")}`);
	if (type === "application/json") return json;
	return pattern === "text/*" ? text : binary;
}

/**
 * Octets that came as a binary message where text was expected: what is not UTF-8 becomes U+FFFD.
 * @param octets The message, which is changed where the native decoder would take for characters what is none.
 */
function textOf(octets: ArrayBuffer): string {
	const view = new Uint8Array(octets);
	replaceLone(view, 0xed);
	replaceLone(view, 0xf4);
	return new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets);
}

/** Replaces an octet that begins a character, where none continues it, by one that is none either. */
function replaceLone(octets: Uint8Array, first: number): void {
	for (let index = octets.indexOf(first); index >= 0; index = octets.indexOf(first, index + 1))
		if (((octets[index + 1] ?? 0) & 0xc0) !== 0x80) octets[index] = 0xff;
}
