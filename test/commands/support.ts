/** Runs the commands of package.json as a user does, and lets a test wait for what they say. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Longer than any of them takes, milliseconds. */
const patience = 60_000;

export interface Command {
	/** Standard output so far, and standard error so far. */
	readonly said: { output: string; errors: string };
	/** Waits for the match of a pattern in the standard output; fails when the command ends without. */
	line(pattern: RegExp): Promise<RegExpExecArray>;
	/** The exit status, or the name of the signal that ended npm; fails when the command takes too long. */
	status(): Promise<number | string>;
	/** Sends a signal to npm alone, or to all processes, as a terminal does at Ctrl-C. */
	signal(name: "SIGINT" | "SIGTERM", toAll?: boolean): void;
}

/** Starts `npm run NAME -- ...parameters`; it is ended with the test, or with the file when `t` is not given. */
export function npmRun(t: ExecutionContext | undefined, name: string, ...parameters: string[]): Command {
	const child = spawn("npm", ["run", "--silent", name, "--", ...parameters], {
		cwd: root,
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
	});
	const said = { output: "", errors: "" };
	const lookers = new Set<() => void>();
	const hear = (stream: "output" | "errors") => (text: string) => {
		said[stream] += text;
		for (const look of lookers) look();
	};
	child.stdout.setEncoding("utf8").on("data", hear("output"));
	child.stderr.setEncoding("utf8").on("data", hear("errors"));
	const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
	const kill = () => {
		try {
			process.kill(-(child.pid as number), "SIGKILL");
		} catch {
			// They are gone.
		}
	};
	process.once("exit", kill);
	t?.teardown(() => {
		process.off("exit", kill);
		kill();
	});
	const failure = (what: string) => new Error(`${name} ${what}\n${said.output}${said.errors}`);
	return {
		said,
		line: (pattern) =>
			new Promise((resolve, reject) => {
				const look = () => {
					const match = pattern.exec(said.output);
					if (!match) return;
					lookers.delete(look);
					resolve(match);
				};
				lookers.add(look);
				look();
				void ended.then((status) => reject(failure(`ended with ${status} and did not say ${pattern}:`)));
			}),
		status: () =>
			Promise.race([
				ended,
				delay(patience, undefined, { ref: false }).then(() => {
					throw failure("does not end:");
				}),
			]),
		signal: (signal, toAll = false) => {
			process.kill(toAll ? -(child.pid as number) : (child.pid as number), signal);
		},
	};
}

/** A port that another program listens on. */
export async function takenPort(t: ExecutionContext): Promise<number> {
	const server: Server = createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.teardown(() => server.close());
	return (server.address() as { port: number }).port;
}
