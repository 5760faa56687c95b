import type { CrowdSize } from "./crowd.js";
import type { RoundTrips } from "./roundtrips.js";

export interface ScaleReport {
	/** The XS engine. */
	engine: string;
	crowd: CrowdSize[];
	/** Round trips with `ws` peers over real sockets, if measured. */
	roundTrips?: RoundTrips[];
	/** The same over TCP alone: the simulator's own overhead. */
	tcpRoundTrips?: RoundTrips[];
}

/** Formats the results for a terminal. */
export function table({ engine, crowd, roundTrips, tcpRoundTrips }: ScaleReport): string {
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
		return `${String(connections).padStart(4)}  ${cells.join("; ")}`;
	});
	return [`${engine}: one server, by number of connections`, ...lines].join("\n");
}
