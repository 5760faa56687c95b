/** The attacked program on the XS engine from npm; `mc/config` has its setting. */

import config from "mc/config";
import { run, type Setting } from "./program.js";

/** Last message of an attacker, kept so that a heap snapshot includes it, as while an app uses it. */
export const last: { message: unknown } = { message: undefined };

run(config as unknown as Setting, (message) => {
	const isHonest = typeof message === "string" && message.startsWith("honest");
	if (!isHonest) last.message = message;
});
