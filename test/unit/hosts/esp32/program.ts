/** Runs the firmware as on a device: first the setup, then the program. The access point disappears when the visitor leaves. */

import Timer from "timer";
import setup from "../../../../hosts/esp32/setup.js";
import { goAway } from "./wifi.js";

setup(() => {
	trace("setup is done\n");
	Timer.set(() => require("../../../../hosts/esp32/main.js"));
});

const print = trace;
globalThis.trace = (text) => {
	print(text);
	if (String(text).includes("disconnected")) Timer.set(() => goAway());
};

declare function require(path: string): void;
