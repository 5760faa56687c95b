/** Rejects network settings that only a simulated network supports. */

import { NotOnThisTarget, type Windows } from "./target.js";

/** @throws NotOnThisTarget always */
export async function refuse({ hosts }: Windows): Promise<void> {
	throw new NotOnThisTarget(
		hosts
			? "host names cannot be defined on this target"
			: "the windows of sockets cannot be set on this target",
	);
}
