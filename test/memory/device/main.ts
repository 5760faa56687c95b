/** Takes up memory, step by step: whoever runs it measures what is in use after each. */
import { makeSteps } from "./steps.js";
import { walk } from "./walk.js";

walk(makeSteps(), () => trace("done\n"));
