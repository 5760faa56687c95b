/** A message that the benchmark sends and receives. */
export interface Message {
	/** Size of its JSON. */
	readonly bytes: number;
	readonly value: unknown;
}

/**
 * Makes the messages of the benchmark, a reading and a report. They are new objects, because preloaded objects
 * cannot be sent.
 */
export function makeMessages(): Message[] {
	return [message({ t: 21.5, id: 7, ok: true }), message(report())];
}

function report(): unknown {
	return {
		device: "greenhouse-07",
		sequence: 123456,
		time: 1712345678901,
		ok: true,
		temperature: 21.5,
		humidity: 48.25,
		pressure: 1013.2,
		battery: 3.71,
		position: { latitude: 52.370216, longitude: 4.895168, altitude: -2 },
		samples: [12, 15, 11, 18, 14, 17, 13, 16],
		note: "all sensors well",
	};
}

function message(value: unknown): Message {
	return { bytes: ArrayBuffer.fromString(JSON.stringify(value)).byteLength, value };
}
