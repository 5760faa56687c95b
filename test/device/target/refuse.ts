/** Why a network that is not simulated cannot be what a test wants. */

import { NotOnThisTarget, type Windows } from "./target.js";

/** @throws NotOnThisTarget always */
export async function refuse({ hosts }: Windows): Promise<void> {
	throw new NotOnThisTarget(
		hosts
			? "the names that DNS knows cannot be chosen on this target"
			: "the windows of sockets cannot be chosen on this target",
	);
}
