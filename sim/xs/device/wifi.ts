/**
 * Stand-in for the Wi-Fi of a device (`embedded:network/interface/wifi`): always connected, with the loopback
 * address.
 */

import Timer from "timer";

/** Value of `connection` of an ECMA-419 network interface that has an address. */
const ready = 500;

interface Options {
	onChanged?: (this: WiFi) => void;
}

export default class WiFi {
	readonly connection = ready;
	readonly address = "127.0.0.1";

	constructor({ onChanged }: Options) {
		if (onChanged) Timer.set(() => onChanged.call(this));
	}

	/** Does nothing: it is already connected. */
	connect(): void {}

	close(): void {}
}
