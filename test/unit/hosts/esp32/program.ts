/** Runs the firmware as on a device: first the setup, then the program. The access point disappears for a while. */

import Timer from "timer";
import setup from "../../../../hosts/esp32/setup.js";
import { comeBack, goAway } from "./wifi.js";

setup(() => {
	trace("setup is done\n");
	Timer.set(() => require("../../../../hosts/esp32/main.js"));
});
Timer.set(() => goAway(), 400);
Timer.set(() => comeBack(), 800);

declare function require(path: string): void;
