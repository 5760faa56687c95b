import { bytesOfMessage } from "../rfc6455/bytes.js";
import { MessageHeader } from "../rfc6455/ring.js";
import type { MediaType } from "./mediatype.js";
import { bytesType, isBuffer } from "./mediatypes.js";
import { booleanOption, type RawOptions, stringOption, wrongValue } from "./options.js";

/** Returns how a message is sent with options. Bytes that are sent as a binary message are not encoded. */
export const sendTypeFor = (
	sendType: MediaType,
	data: unknown,
	raw: RawOptions,
): Pick<MediaType, "binary" | "encode"> => {
	if (raw["binary"] === undefined) return sendType;
	const binary = booleanOption(raw, "binary");
	if (binary && isBuffer(data)) return bytesType;
	return { binary, encode: (value) => sendType.encode(value) };
};

/**
 * Returns the option `key` of a message.
 * @throws TypeError when it is not a string, RangeError when it has not 1 to 126 bytes in UTF-8.
 */
export const keyOption = (raw: RawOptions): string | undefined => {
	const key = stringOption(raw, "key");
	if (key !== undefined && bytesOfMessage(key).length > MessageHeader.longestKey)
		throw wrongValue("key", key, `a string of at most ${MessageHeader.longestKey} bytes in UTF-8`);
	return key;
};
