/**
 * The test agent: a device program that executes the commands of a test, received over a control connection, one test
 * at a time. It traces the control port: `controlPort` of the configuration, or a free one. `driver.ts` is the other end.
 */
import Listener from "embedded:io/socket/listener";
import config from "mc/config";
import type { Command, Report } from "../protocol.js";
import { Control } from "./control.js";
import { Interpreter } from "./interpreter.js";

/** The current test. A new control connection ends the previous one. */
let session: { control: Control; interpreter: Interpreter } | undefined;

function endSession(): void {
	const ending = session;
	session = undefined;
	ending?.interpreter.end();
	ending?.control.close();
}

function tell(report: Report): void {
	session?.control.tell(report);
}

const listener = new Listener({
	port: Number(config["controlPort"] ?? 0),
	onReadable(requests) {
		for (let i = 0; i < requests; i++) {
			const from = this.read();
			if (!from) return;
			endSession();
			const interpreter = new Interpreter(tell);
			const control = new Control(from, {
				onLine: (text) => interpreter.execute(JSON.parse(text) as Command),
				onClose: () => {
					if (session?.control === control) endSession();
				},
			});
			session = { control, interpreter };
		}
	},
});

// Report traces: the module traces unhandled errors and exceptions of listeners.
const host = globalThis as unknown as { trace: (...texts: string[]) => void };
const nativeTrace = host.trace;
host.trace = (...texts) => {
	nativeTrace(...texts);
	tell({ trace: texts.join("") });
};

trace(`agent listens on port ${listener.port}\n`);
