/** The options of the Clients and Servers that cases use. */
import type { Demands } from "../conformance/device.js";
import { guardedDemands, pageDemands } from "./playpages.js";

/** Values of maxMessageSize, in bytes. */
const messageSizes = [100, 16384, 70000];
/** Bytes for unfinished messages: more than all concurrent cases need. */
const receiveBudget = 16 * 70000;

/** Options of most cases: messages without JSON. */
export const plainDemands: readonly Demands[] = messageSizes.flatMap((maxMessageSize) =>
	[true, false].flatMap((bytes) =>
		// The queue has room for the echoes of all messages of a stream.
		[true, false].map((echo) => ({
			options: { maxMessageSize, receiveBudget, sendQueueSize: 16384 + 2 * maxMessageSize },
			bytes,
			echo,
		})),
	),
);

const jsonTypes = { receiveType: "application/json", sendType: "application/json" };
/** JSON messages. An echo of text that was not parsed is up to twice as long, because quotation marks are escaped. */
export const jsonDemands: readonly Demands[] = [4096, 16384].map((maxMessageSize) => ({
	options: { maxMessageSize, receiveBudget, sendQueueSize: 262144, ...jsonTypes },
	echo: true,
}));

/** A server with few connections, for one case at a time. */
export const smallDemands: Demands = { options: { maxConnections: 2 }, echo: true };

/** All options of servers. */
export const allDemands: readonly Demands[] = [
	...plainDemands,
	...jsonDemands,
	smallDemands,
	pageDemands,
	guardedDemands,
];
