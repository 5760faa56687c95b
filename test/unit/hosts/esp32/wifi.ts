/** Stands for the ESP32's `embedded:network/interface/wifi`: all its instances share the one radio. */

import Timer from "timer";

type Listener = (property: "connection" | "address") => void;

/** The radio, and what the access point does to it. */
const air = { connection: 200, inRange: true, listeners: [] as Listener[] };

function change(connection: number): void {
	if (connection === air.connection) return;
	air.connection = connection;
	for (const listener of air.listeners) listener("connection");
}

/** The access point goes out of range: what is connected is lost. */
export function goAway(): void {
	air.inRange = false;
	change(200);
}

export function comeBack(): void {
	air.inRange = true;
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

	/** An attempt takes a moment, and the native class throws at another one meanwhile. */
	connect(options: { SSID: string }): void {
		if (air.connection !== 200) throw new Error("connect failed");
		trace(`wifi joins ${options.SSID}\n`);
		air.connection = 300;
		Timer.set(() => {
			if (!air.inRange) change(200);
			else {
				change(400);
				change(500);
			}
		}, 20);
	}
}
