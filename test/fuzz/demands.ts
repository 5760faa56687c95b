/** The options of the Clients and Servers that cases use. */
import type { Demands } from "../conformance/device.js";

/** The longest messages that devices are asked to receive, in bytes. */
const messageSizes = [100, 16384, 70000];
/** Bytes of unfinished messages: more than all cases at a time have. */
const receiveBudget = 16 * 70000;

/** What most cases ask of the device: messages as they are. */
export const plainDemands: readonly Demands[] = messageSizes.flatMap((maxMessageSize) =>
	[true, false].flatMap((bytes) =>
		// The queue takes the echoes of all messages that a stream may have.
		[true, false].map((echo) => ({
			options: { maxMessageSize, receiveBudget, sendQueueSize: 16384 + 2 * maxMessageSize },
			bytes,
			echo,
		})),
	),
);

const jsonTypes = { receiveType: "application/json", sendType: "application/json" };
/** Messages as values. An echo of text that was not parsed is twice as long, as its quotation marks are escaped. */
export const jsonDemands: readonly Demands[] = [4096, 16384].map((maxMessageSize) => ({
	options: { maxMessageSize, receiveBudget, sendQueueSize: 262144, ...jsonTypes },
	echo: true,
}));

/** A server that is soon full, for one case at a time. */
export const smallDemands: Demands = { options: { maxConnections: 2 }, echo: true };

/** All that cases ask of servers. */
export const allDemands: readonly Demands[] = [...plainDemands, ...jsonDemands, smallDemands];
