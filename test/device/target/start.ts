/** Starts the target that the environment names. */

import { startBoard } from "./board.js";
import { startModdable } from "./moddable.js";
import type { Target } from "./target.js";
import { startXs } from "./xs.js";

const targets: Readonly<Record<string, () => Promise<Target>>> = {
	xs: startXs,
	moddable: startModdable,
	device: startBoard,
};

/**
 * Starts the target named by XS_WEB_SOCKET_TARGET: `xs` (the default) is the XS engine of `sim/xs`, `moddable`
 * the simulator of the Moddable SDK, `device` a board that runs the agent.
 */
export async function startTarget(): Promise<Target> {
	const name = process.env["XS_WEB_SOCKET_TARGET"] ?? "xs";
	const start = targets[name];
	if (!start)
		throw new Error(`XS_WEB_SOCKET_TARGET is "${name}"; the targets are: ${Object.keys(targets).join(", ")}`);
	return start();
}
