/**
 * Allocates memory in steps and traces the memory in use after each; then measures the garbage of messages. Needs
 * a build with instrumentation, and a heap so large that garbage is collected only on request.
 */
import Debug from "debug";
import Instrumentation from "instrumentation";
import { commonCases } from "../../bench/device/both.js";
import { count, type Meter } from "../../bench/device/counter.js";
import { makeMessages } from "../../bench/device/messages.js";
import { openWebSocket } from "../../bench/device/sdk.js";
import { makeSteps, registry, repeatedly, type Step } from "./steps.js";
import { walk } from "./walk.js";

/** Bytes per slot on this computer. */
const slotSize = 32;

/** Returns the memory in use, including garbage. */
function inUse(): { slots: number; chunks: number } {
	return {
		slots: (Instrumentation.get(Instrumentation.map("XS Slot Heap Used") ?? 0) ?? 0) / slotSize,
		chunks: Instrumentation.get(Instrumentation.map("XS Chunk Heap Used") ?? 0) ?? 0,
	};
}

let before = inUse();
const meter: Meter = {
	start() {
		Debug.gc();
		before = inUse();
	},
	read() {
		const { slots, chunks } = inUse();
		return JSON.stringify({ slots: slots - before.slots, chunks: chunks - before.chunks });
	},
};

function countGarbage(): void {
	const cases = commonCases(makeMessages()).filter(({ batch }) => batch <= 10);
	trace(
		`cases ${JSON.stringify(cases.map(({ subject, work, role, bytes }) => ({ subject, work, role, bytes })))}\n`,
	);
	count(cases, 10, () => trace("done\n"), meter);
}

/** The SDK's own WebSocket, for comparison. */
const theirs: Step[] = (["client", "server"] as const).map((role) => ({
	name: `SDK WebSocket ${role}`,
	run: () =>
		repeatedly(() => {
			const webSocket = openWebSocket(registry, role);
			webSocket.onmessage = ignore;
			registry.socket.forget();
			return webSocket;
		}),
}));
function ignore(): void {}
// Allocate what is allocated only once.
openWebSocket(registry, "client");

walk(makeSteps(theirs), countGarbage, () => {
	Debug.gc();
	return JSON.stringify(inUse());
});
