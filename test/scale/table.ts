import type { CrowdSize } from "./crowd.js";
import type { RoundTrips } from "./roundtrips.js";

export interface ScaleReport {
	/** The XS engine. */
	engine: string;
	crowd: CrowdSize[];
	/** With `ws` peers over real sockets, where they are measured. */
	roundTrips?: RoundTrips[];
	/** The same without any WebSocket: what of it is the simulator's. */
	tcpRoundTrips?: RoundTrips[];
}

/** The figures for a terminal. */
export function table({ engine, crowd, roundTrips, tcpRoundTrips }: ScaleReport): string {
	const lines = crowd.map(({ connections, microseconds, ratio, computrons, octets }, index) => {
		const cells = [`${microseconds.toFixed(2)} µs a message (${ratio.toFixed(2)} x floor)`];
		if (computrons !== undefined) cells.push(`${computrons} computrons`);
		if (octets !== undefined) cells.push(`${octets} octets a connection`);
		const trips = roundTrips?.[index];
		const bare = tcpRoundTrips?.[index];
		if (trips && bare)
			cells.push(
				`${trips.perSecond} round trips/s, ${trips.median} ms (99 %: ${trips.slowest})`,
				`TCP alone: ${bare.perSecond}/s, ${bare.median} ms`,
			);
		return `${String(connections).padStart(4)}  ${cells.join("; ")}`;
	});
	return [`${engine}: one server, so many connections`, ...lines].join("\n");
}
