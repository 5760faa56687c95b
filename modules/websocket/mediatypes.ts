import { type MessageData, nativeBytes } from "../rfc6455/bytes.js";
import { lowerCase } from "../rfc6455/characters.js";
import type { JsonType } from "./jsontype.js";
import { lenientTextOf } from "./lenienttext.js";
import type { MediaType } from "./mediatype.js";
import { booleanOption, given, type RawOptions, wrongType, wrongValue } from "./options.js";

const text: MediaType = Object.freeze({
	binary: false,
	encode(value: unknown): string {
		const kind = typeof value;
		if (kind === "string" || kind === "number" || kind === "boolean" || kind === "bigint" || value === null)
			return String(value).toWellFormed();
		throw new TypeError(
			`the message is ${kindOf(value)}; a text type takes a string, a number, a boolean, a bigint or null`,
		);
	},
	decode(data: ArrayBuffer | string): unknown {
		return typeof data === "string" ? data : lenientTextOf(data);
	},
});

/** The binary types, whose values are bytes. */
export const bytesType: MediaType = Object.freeze({
	binary: true,
	encode(value: unknown): MessageData {
		if (isBuffer(value)) return nativeBytes(value);
		if (typeof value === "string") return text.encode(value);
		throw new TypeError(`the message is ${kindOf(value)}; a binary type takes a buffer, a view or a string`);
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

/** Image types as accessor hosts name them. */
const bareImageTypes = Object.freeze(["jpg", "jpeg", "png", "gif"]);

/** Returns the MIME types of `receiveType`; "text/*" stands for every type that starts with "text/". */
export const supportedReceiveTypes = (): string[] => {
	return supported.slice();
};

/** Returns the MIME types of `sendType`: the same. */
export const supportedSendTypes = supportedReceiveTypes;

/** Returns whether a value is an ArrayBuffer or a view of one. */
export const isBuffer = (value: unknown): value is ArrayBuffer | ArrayBufferView => {
	return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
};

/**
 * Returns the media type that an option names. Case and parameters ("; charset=utf-8") are ignored (RFC 9110 section
 * 8.3.1). Undefined, null and "" stand for "application/json"; "jpg", "jpeg", "png" and "gif" for image types.
 * @param name The option, for the error.
 * @param json The media type for "application/json".
 * @throws TypeError when the type is not a string, RangeError when it is not supported.
 */
export const mediaType = (name: string, value: unknown, json: JsonType): MediaType => {
	if (value === undefined || value === null || value === "") return json;
	const expected = `one of ${supported.join(", ")}`;
	if (typeof value !== "string") throw wrongType(name, value, expected);
	const parameters = value.indexOf(";");
	const type = lowerCase((parameters < 0 ? value : value.slice(0, parameters)).trim());
	if (type === "application/json") return json;
	const slash = type.indexOf("/");
	const range = slash < type.length - 1 ? `${type.slice(0, slash + 1)}*` : "";
	if (range === "text/*") return text;
	if (supported.indexOf(type) >= 0 || supported.indexOf(range) >= 0 || bareImageTypes.indexOf(type) >= 0)
		return bytesType;
	throw wrongValue(name, value, expected);
};

/** Returns how a message is sent with options. Bytes that are sent as a binary message are not encoded. */
export const sendTypeFor = (
	sendType: MediaType,
	data: unknown,
	raw: RawOptions,
): Pick<MediaType, "binary" | "encode"> => {
	if (given(raw, "binary") === undefined) return sendType;
	const binary = booleanOption(raw, "binary");
	if (binary && isBuffer(data)) return bytesType;
	return { binary, encode: (value) => sendType.encode(value) };
};

/** Returns the kind of a value, for an error message. */
const kindOf = (value: unknown): string => {
	if (value === null || value === undefined) return String(value);
	const kind = typeof value;
	if (kind !== "object") return `a ${kind}`;
	return Array.isArray(value) ? "an array" : isBuffer(value) ? "a buffer" : "an object";
};
