/**
 * Joins the Wi-Fi, and rejoins it whenever it is lost. The SDK's setup joins only once, before the program
 * starts, and does not retry. This module runs in addition to it, from the start.
 */
import WiFi from "embedded:network/interface/wifi";
import config from "mc/config";
import Timer from "timer";

/** Milliseconds between two checks of the Wi-Fi (option `wifiInterval`): long enough for one attempt. */
const defaultInterval = 10000;
/** Highest value of `connection` of an ECMA-419 network interface that is neither connected nor connecting. */
const lost = 200;

/** @param done called at once: the program does not wait for the Wi-Fi */
export default function setup(done: () => void): void {
	const { ssid, password, wifiInterval } = config as Partial<Record<string, string>>;
	if (ssid) {
		const options = password ? { SSID: ssid, password } : { SSID: ssid };
		const wifi = new WiFi({});
		Timer.repeat(
			() => {
				if (wifi.connection > lost) return;
				try {
					wifi.connect(options);
				} catch (error) {
					trace(`wifi: ${error}\n`);
				}
			},
			Number(wifiInterval ?? defaultInterval),
		);
	}
	done();
}
