/** Stand-in for the ESP32's `embedded:network/interface/wifi`: all instances share one radio. */

import Timer from "timer";

type Listener = (property: "connection" | "address") => void;

/** State of the radio and of the access point. */
const air = { connection: 200, failures: 0, listeners: [] as Listener[] };

function change(connection: number): void {
	if (connection === air.connection) return;
	air.connection = connection;
	for (const listener of air.listeners) listener("connection");
}

/** Moves the access point out of range: the connection is lost, and the next two attempts to join fail. */
export function goAway(): void {
	air.failures = 2;
	change(200);
}

export default class WiFi {
	constructor(options: { onChanged?: Listener }) {
		if (options.onChanged) air.listeners.push(options.onChanged);
	}

	get connection(): number {
		return air.connection;
	}

	get address(): string | undefined {
		return air.connection === 500 ? "192.0.2.1" : undefined;
	}

	/** Takes a moment. The native class throws if another attempt is in progress. */
	connect(options: { SSID: string }): void {
		if (air.connection !== 200) throw new Error("connect failed");
		trace(`wifi joins ${options.SSID}\n`);
		air.connection = 300;
		Timer.set(() => {
			if (air.failures) {
				air.failures--;
				change(200);
			} else {
				change(400);
				change(500);
			}
		}, 20);
	}
}
