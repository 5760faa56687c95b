/**
 * Node side of the test agent: drives a device that runs `main.ts` and reports its events. A failure of the device (an
 * abort, a hang, a broken invariant) fails every wait immediately, with the message of the device.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Report, Result, Step } from "../protocol.js";
import { startTarget } from "../target/start.js";
import type { Target, Windows } from "../target/target.js";
import { DeviceError, type Outcome } from "./outcome.js";
import { type Driver, RemoteClient, type RemoteEmitter, RemoteServer, RemoteSocket } from "./remote.js";
import { decode, encode } from "./wire.js";

/** Timeout of every wait in milliseconds; generous, because it is not a performance limit. */
const patience = 20_000;

interface Waiter {
	/** Checks the condition again; returns true when done. */
	look(): boolean;
	reject(error: Error): void;
}

export class Agent implements Driver {
	/** Every trace of the device so far, one entry per call of `trace`. */
	readonly traces: string[] = [];
	/** Events of all objects so far, in order. */
	readonly log: { of: string; event: string }[] = [];
	readonly #target: Target;
	readonly #socket: Socket;
	readonly #objects = new Map<string, RemoteEmitter>();
	readonly #answers = new Map<number, (results: Result[]) => void>();
	readonly #waiters = new Set<Waiter>();
	readonly #counts: Record<string, number> = {};
	readonly #faults: string[] = [];
	#commands = 0;
	#failure: Error | undefined;

	/** Starts a device and connects to its agent. */
	static async start(): Promise<Agent> {
		const target = await startTarget();
		const socket = connect(target.port, target.host);
		await once(socket, "connect");
		return new Agent(target, socket);
	}

	private constructor(target: Target, socket: Socket) {
		this.#target = target;
		this.#socket = socket;
		socket.setNoDelay(true);
		socket.on("error", () => {
			// "close" follows.
		});
		createInterface({ input: socket })
			.on("line", (line) => this.#take(JSON.parse(line) as Report))
			.on("error", () => {
				// readline repeats the errors of the socket.
			});
		target.exited.then(({ reason }) => this.#fail(`the device ended: ${reason}`));
		socket.on("close", async () => {
			// The exit reason is more informative and follows soon.
			await Promise.race([target.exited, new Promise((resolve) => setTimeout(resolve, 1000))]);
			this.#fail(`the agent ended the control connection; last traces:\n${this.traces.slice(-10).join("")}`);
		});
	}

	/** Address of the device, as seen from this machine. */
	get host(): string {
		return this.#target.host;
	}

	/** Address of this machine, as seen from the device. */
	get peerHost(): string {
		return this.#target.peerHost;
	}

	/** Sets the windows of sockets that the device creates from now on. */
	configure(windows: Windows): Promise<void> {
		return this.#target.configure(windows);
	}

	/** Returns the memory in use on the device after a garbage collection: slots, and bytes of chunks. */
	memory(): Promise<{ slots: number; chunks: number }> {
		return this.#target.memory();
	}

	/** Creates a Client on the device with `options`, passed unchanged. Reports all its events, or those in `watch`. */
	async client(options?: object, watch?: readonly string[]): Promise<RemoteClient> {
		const client = new RemoteClient(this, this.#name("client"));
		this.#objects.set(client.name, client);
		await this.run(client.construct(options, watch));
		return client;
	}

	/** Creates a Server on the device, not yet started. */
	async server(options?: object, watch?: readonly string[]): Promise<RemoteServer> {
		const server = new RemoteServer(this, this.#name("server"));
		this.#objects.set(server.name, server);
		await this.run(server.construct(options, watch));
		return server;
	}

	/** Calls a function exported by the module. */
	async module(method: string, ...values: unknown[]): Promise<unknown> {
		const [value] = await this.run({ do: "call", on: "module", method, arguments: values.map(encode) });
		return value;
	}

	/** Runs `steps` in one turn of the device and returns their values. @throws DeviceError for the first step that failed. */
	async run(...steps: Step[]): Promise<unknown[]> {
		return (await this.attempt(...steps)).map((outcome) => {
			if ("error" in outcome) throw outcome.error;
			return outcome.value;
		});
	}

	/** Runs `steps` in one turn of the device and returns each step's value or error. */
	async attempt(...steps: Step[]): Promise<Outcome[]> {
		const id = ++this.#commands;
		let results: Result[] | undefined;
		this.#answers.set(id, (answer) => {
			results = answer;
		});
		// ASCII only: the device's line reader must not depend on UTF-8, which it is used to test.
		const command = JSON.stringify({ id, steps }).replace(
			/[\u0080-\uffff]/g,
			(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
		);
		if (!this.#failure) this.#socket.write(`${command}\n`);
		const answer = await this.until(
			() => results,
			() => `no answer to ${command.slice(0, 200)}`,
		);
		return answer.map((result) => this.outcome(result));
	}

	/** Decodes a step's result; named objects become remote objects. */
	outcome(result: Result): Outcome {
		if ("error" in result) return { error: new DeviceError(result.error) };
		return { value: this.#decode(result.value) };
	}

	/** Waits for a trace that matches, including past ones. */
	traced(pattern: RegExp): Promise<string> {
		return this.until(
			() => this.traces.find((text) => pattern.test(text)),
			() => `no trace that matches ${pattern}; traces:\n${this.traces.join("")}`,
		);
	}

	/** Waits until `look` returns a value; it is called for each report. `missing` describes what did not arrive. */
	until<T>(look: () => T | undefined, missing: () => string): Promise<T> {
		return new Promise((resolve, reject) => {
			if (this.#failure) return reject(this.#failure);
			const give = (): boolean => {
				const value = look();
				if (value === undefined) return false;
				this.#waiters.delete(waiter);
				clearTimeout(timer);
				resolve(value);
				return true;
			};
			const waiter = {
				look: give,
				reject(error: Error) {
					clearTimeout(timer);
					reject(error);
				},
			};
			const timer = setTimeout(() => {
				this.#waiters.delete(waiter);
				reject(new Error(`${missing()} (waited ${patience / 1000} s)`));
			}, patience);
			if (!give()) this.#waiters.add(waiter);
		});
	}

	/** Stops the device. @throws Error if the device has failed or an invariant was broken */
	async stop(): Promise<void> {
		const failure = this.#failure;
		this.#fail("the device was stopped");
		this.#socket.destroy();
		await this.#target.stop();
		if (failure) throw failure;
		if (this.#faults.length > 0)
			throw new Error(`invariants of the module were broken:\n${this.#faults.join("\n")}`);
	}

	#name(kind: string): string {
		const count = (this.#counts[kind] ?? 0) + 1;
		this.#counts[kind] = count;
		return `${kind}${count}`;
	}

	#object(name: string): RemoteEmitter {
		let object = this.#objects.get(name);
		if (!object) {
			object = new RemoteSocket(this, name);
			this.#objects.set(name, object);
		}
		return object;
	}

	#decode(value: Parameters<typeof decode>[0]): unknown {
		return decode(value, (name) => this.#object(name));
	}

	#take(report: Report): void {
		if ("answer" in report) {
			this.#answers.get(report.answer)?.(report.results);
			this.#answers.delete(report.answer);
		} else if ("event" in report) {
			this.log.push({ of: report.of, event: report.event });
			this.#object(report.of).take(
				report.event,
				report.at,
				report.arguments.map((value) => this.#decode(value)),
			);
		} else if ("ran" in report) {
			this.log.push({ of: report.of, event: "ran" });
			this.#object(report.of).take(
				`ran ${report.ran}`,
				report.at,
				report.results.map((result) => this.outcome(result)),
			);
		} else if ("trace" in report) {
			this.traces.push(report.trace);
		} else {
			this.fault(report.fault);
		}
		for (const waiter of this.#waiters) waiter.look();
	}

	/** Records a broken invariant; `stop` reports it. */
	fault(text: string): void {
		this.#faults.push(text);
	}

	#fail(text: string): void {
		if (this.#failure) return;
		this.#failure = new Error(text);
		for (const waiter of this.#waiters) waiter.reject(this.#failure);
		this.#waiters.clear();
	}
}
