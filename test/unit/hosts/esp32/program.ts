/** The firmware as a board runs it: the setup first, then the program; the access point goes and comes by itself. */

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
