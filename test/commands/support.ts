/** Runs the commands of package.json as a user does, and waits for their output. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Longer than any command takes, in milliseconds. */
const timeout = 60_000;

export interface Command {
	/** Standard output and standard error so far. */
	readonly printed: { output: string; errors: string };
	/** Waits until a pattern matches the standard output; rejects if the command ends without a match. */
	line(pattern: RegExp): Promise<RegExpExecArray>;
	/**
	 * Waits for the exit status or the name of the signal that ended npm; rejects if the command takes too
	 * long.
	 */
	status(): Promise<number | string>;
	/** Sends a signal to npm only or, like a terminal at Ctrl-C, to all its processes. */
	signal(name: "SIGINT" | "SIGTERM", toAll?: boolean): void;
}

/**
 * Starts `npm run NAME -- ...parameters`. It is killed at the end of the test, or of the file if `t` is not
 * given.
 */
export function npmRun(t: ExecutionContext | undefined, name: string, ...parameters: string[]): Command {
	const child = spawn("npm", ["run", "--silent", name, "--", ...parameters], {
		cwd: root,
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
	});
	const printed = { output: "", errors: "" };
	const checks = new Set<() => void>();
	const record = (stream: "output" | "errors") => (text: string) => {
		printed[stream] += text;
		for (const check of checks) check();
	};
	child.stdout.setEncoding("utf8").on("data", record("output"));
	child.stderr.setEncoding("utf8").on("data", record("errors"));
	const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
	const kill = () => {
		try {
			process.kill(-(child.pid as number), "SIGKILL");
		} catch {
			// They have ended already.
		}
	};
	process.once("exit", kill);
	t?.teardown(() => {
		process.off("exit", kill);
		kill();
	});
	const failure = (what: string) => new Error(`${name} ${what}\n${printed.output}${printed.errors}`);
	return {
		printed,
		line: (pattern) =>
			new Promise((resolve, reject) => {
				const check = () => {
					const match = pattern.exec(printed.output);
					if (!match) return;
					checks.delete(check);
					resolve(match);
				};
				checks.add(check);
				check();
				void ended.then((status) => reject(failure(`ended with ${status} without printing ${pattern}:`)));
			}),
		status: () =>
			Promise.race([
				ended,
				delay(timeout, undefined, { ref: false }).then(() => {
					throw failure("did not end:");
				}),
			]),
		signal: (signal, toAll = false) => {
			process.kill(toAll ? -(child.pid as number) : (child.pid as number), signal);
		},
	};
}

/** Returns a port that is in use. */
export async function takenPort(t: ExecutionContext): Promise<number> {
	const server: Server = createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.teardown(() => server.close());
	return (server.address() as { port: number }).port;
}
