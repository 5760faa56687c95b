/** Options shared by the two echo commands. */

import { integerOption, type Values } from "../../../sim/commandline.js";

/** Longest message of Autobahn's test suite and of others modeled on it. */
const defaultMaxMessage = 16 * 1024 * 1024;
/** Limited by the memory that XS can use for buffers. */
const highestMaxMessage = 64 * 1024 * 1024;

/** Room for a frame header and a close frame, in bytes. */
const frames = 1024;

export const maxMessageUsage = `  --max-message N   maximum message size in bytes (default ${defaultMaxMessage}, at most ${highestMaxMessage})`;

/** Reads --max-message: the maximum message size in bytes. */
export function maxMessageOption(values: Values): number {
	return integerOption(values, "max-message", defaultMaxMessage, 1, highestMaxMessage);
}

/**
 * Network options: the send buffer is larger than on a device and holds the longest message, so that no
 * connection needs a send queue of that size.
 */
export function echoNetwork(maxMessage: number): object {
	return {
		readWindow: 1024 * 1024,
		writeWindow: Math.max(maxMessage + frames, 1024 * 1024),
		// Large messages take a long time.
		hangTimeout: 120_000,
	};
}
