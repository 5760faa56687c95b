/** The attacked program on the engine of the Moddable SDK; the environment has its setting. */

import { report, setting } from "siege/budget";
import Timer from "timer";
import { run, type Setting } from "./program.js";

/** Milliseconds between two reports of the memory peaks. */
const interval = 100;

run(JSON.parse(setting()) as Setting);
Timer.repeat(() => report(), interval);
