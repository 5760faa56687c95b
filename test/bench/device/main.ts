/** The cases of the benchmark that run on every engine. */
import { commonCases } from "./both.js";
import { makeMessages } from "./messages.js";
import { runCases } from "./run.js";

runCases(commonCases(makeMessages()));
