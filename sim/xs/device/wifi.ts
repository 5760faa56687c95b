/** Stand-in for the Wi-Fi of a board (`embedded:network/interface/wifi`): it is there, with the computer's loopback. */

import Timer from "timer";

/** What an ECMA-419 network interface gives as its `connection` when it has an address. */
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

	/** It is connected already. */
	connect(): void {}

	close(): void {}
}
