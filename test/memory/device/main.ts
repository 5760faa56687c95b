/** Allocates memory in steps. The caller measures the memory in use after each step. */
import { makeSteps } from "./steps.js";
import { walk } from "./walk.js";

walk(makeSteps(), () => trace("done\n"));
