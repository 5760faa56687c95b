import type { CrowdSize } from "./crowd.js";
import type { Large } from "./large.js";
import type { RoundTrips } from "./roundtrips.js";

export interface ScaleReport {
	/** The XS engine. */
	engine: string;
	crowd: CrowdSize[];
	/** Round trips with `ws` peers over real sockets, if measured. */
	roundTrips?: RoundTrips[];
	/** The same over TCP alone: the simulator's own overhead. */
	tcpRoundTrips?: RoundTrips[];
	/** The same with a server of Node.js's `ws`. */
	wsRoundTrips?: RoundTrips[];
	/** Echoes of large and fragmented messages, if measured. */
	large?: Large[];
}

/** Formats the results for a terminal. */
export function table({
	engine,
	crowd,
	roundTrips,
	tcpRoundTrips,
	wsRoundTrips,
	large,
}: ScaleReport): string {
	const lines = crowd.map(({ connections, microseconds, ratio, computrons, bytes }, index) => {
		const cells = [`${microseconds.toFixed(2)} µs per message (${ratio.toFixed(2)} x floor)`];
		if (computrons !== undefined) cells.push(`${computrons} computrons`);
		if (bytes !== undefined) cells.push(`${bytes} bytes per connection`);
		const trips = roundTrips?.[index];
		const bare = tcpRoundTrips?.[index];
		if (trips && bare)
			cells.push(
				`${trips.perSecond} round trips/s, ${trips.median} ms (99 %: ${trips.slowest})`,
				`TCP alone: ${bare.perSecond}/s, ${bare.median} ms`,
			);
		const theirs = wsRoundTrips?.[index];
		if (trips && theirs)
			cells.push(
				`ws: ${theirs.perSecond}/s, ${theirs.median} ms (ours takes ${(trips.median / theirs.median).toFixed(2)} times as long)`,
			);
		return `${String(connections).padStart(4)}  ${cells.join("; ")}`;
	});
	const echoes = (large ?? []).map(
		({ name, milliseconds, wsMilliseconds, ratio }) =>
			`${name.padEnd(29)} ${milliseconds} ms; ws: ${wsMilliseconds} ms (ours takes ${ratio} times as long)`,
	);
	if (large) echoes.unshift("", "Echo of a message");
	return [`${engine}: one server, by number of connections`, ...lines, ...echoes].join("\n");
}
