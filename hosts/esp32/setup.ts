/**
 * Joins the Wi-Fi as long as it takes. The SDK's own setup joins once, before the program starts; when the access
 * point is not there yet, or goes, nothing tries again. Runs beside that setup, from the start.
 */
import WiFi from "embedded:network/interface/wifi";
import config from "mc/config";
import Timer from "timer";

/** Milliseconds between two looks at the Wi-Fi, unless `wifiInterval` says otherwise: long enough for an attempt. */
const defaultInterval = 10000;
/** What an ECMA-419 network interface gives as its `connection` when there is none, and no attempt under way. */
const lost = 200;

/** @param done tells that the program need not wait for this setup */
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
