/** Runs the firmware on a device whose clock was never set, as after power-on. */

import Timer from "timer";
import { state } from "./time.js";

const { now } = Date;
Date.now = () => (state.isSet ? now() : 1000);
const { set } = Timer;
// The pause after a failed attempt is not the subject here.
Timer.set = (callback, interval, repeat) => set(callback, interval === 10000 ? 0 : interval, repeat);
Timer.set(() => require("../../../../hosts/esp32/main.js"));

declare function require(path: string): void;
