/** What the two echo commands have in common. */

import { integerOption, type Values } from "../../../sim/commandline.js";

/** The longest message of Autobahn's test suite, which others follow. */
const defaultMaxMessage = 16 * 1024 * 1024;
/** What XS can have of buffers at a time sets this limit. */
const highestMaxMessage = 64 * 1024 * 1024;

/** Octets of a frame's header and of a close frame, with room to spare. */
const frames = 1024;

export const maxMessageUsage = `  --max-message N   octets of the longest message (default ${defaultMaxMessage}, at most ${highestMaxMessage})`;

/** The longest message that is echoed, in octets. */
export function maxMessageOption(values: Values): number {
	return integerOption(values, "max-message", defaultMaxMessage, 1, highestMaxMessage);
}

/**
 * How the device's network differs from a board's: its send buffer takes the longest message whole, so that
 * messages go out as they are, without a queue of that size in each connection.
 */
export function echoNetwork(maxMessage: number): object {
	return {
		readWindow: 1024 * 1024,
		writeWindow: Math.max(maxMessage + frames, 1024 * 1024),
		// Messages of many megabytes take their time.
		hangTimeout: 120_000,
	};
}
