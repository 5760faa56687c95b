/** The besieged program on the XS engine from npm: `mc/config` has its setting. */

import config from "mc/config";
import { run, type Setting } from "./program.js";

/** The last message of an attacker: what a snapshot of the heap finds of it while an app works with it. */
export const last: { message: unknown } = { message: undefined };

run(config as unknown as Setting, (message) => {
	const isHonest = typeof message === "string" && message.startsWith("honest");
	if (!isHonest) last.message = message;
});
