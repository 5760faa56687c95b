/** One soak test: the device, its peers, and heap readings when all connections have ended. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { Simulator } from "../../sim/xs/simulator.js";
import { Random } from "../support/random.js";
import { Watch } from "../support/watch.js";
import type { Reading } from "./heap.js";
import { Lane, type Tally } from "./lane.js";
import type { ControlCommand, Totals } from "./protocol.js";

const program = fileURLToPath(new URL("./device/main.ts", import.meta.url));
const host = "127.0.0.1";
/** Number of Clients of the device; see device/main.ts. */
const clientCount = 2;
/** Number of simultaneous connections to the device's Server. */
const visitorCount = 2;
/** Timeout in milliseconds, long enough for a busy computer. */
const timeout = 120_000;

/** A running device with its peers. */
export class Session {
	/** Failures so far. */
	readonly failures: string[] = [];
	readonly tally: Tally = { endings: {}, bursts: 0 };
	readonly #random: Random;
	readonly #server: WebSocketServer;
	readonly #watch = new Watch(timeout);
	#device!: Simulator;
	#control!: WebSocket;
	#port: number | undefined;
	#totals: Totals | undefined;
	#resting = true;
	#stopping = false;
	#visits: Promise<void>[] = [];
	/** Number of active lanes. */
	#playing = 0;

	/** @throws Error if the device does not start */
	static async start(seed: number): Promise<Session> {
		const server = new WebSocketServer({ host, port: 0 });
		await once(server, "listening");
		const session = new Session(server, seed);
		await session.#start((server.address() as AddressInfo).port);
		return session;
	}

	private constructor(server: WebSocketServer, seed: number) {
		this.#server = server;
		this.#random = new Random(seed);
		server.on("connection", (socket, request) => void this.#play(`client ${request.url?.slice(1)}`, socket));
	}

	/** Starts opening and ending connections until rest() is called. */
	wake(): void {
		this.#resting = false;
		this.#command("wake");
		this.#visits = Array.from({ length: visitorCount }, (_, visitor) => this.#visit(visitor));
	}

	/** Waits until all connections have ended. Returns the device's counters and its heap. */
	async rest(): Promise<Reading & Totals> {
		this.#resting = true;
		// The device does not know about visitors that are still connecting.
		await Promise.all(this.#visits);
		this.#totals = undefined;
		this.#command("rest");
		const totals = await this.#until(() => (this.#playing === 0 ? this.#totals : undefined), "rest");
		const { slots, chunks } = await this.#device.memory();
		this.#checkTotals(totals);
		const reconnects = Math.max(totals.opened - clientCount - visitorCount, 0);
		return { messages: totals.sent + totals.received, reconnects, slots, chunks, ...totals };
	}

	/** Ends the device and its peers. */
	async stop(): Promise<void> {
		this.#stopping = true;
		this.#resting = true;
		for (const socket of this.#server.clients) socket.terminate();
		this.#control.terminate();
		this.#server.close();
		await this.#device.stop();
	}

	async #start(port: number): Promise<void> {
		this.#device = await Simulator.start({
			program,
			config: { port },
			hangTimeout: timeout,
			onTrace: (line) => this.#trace(line),
		});
		void this.#device.exited.then(({ kind, reason }) => {
			if (kind !== "stop") this.#fail(`The device ended: ${reason}`);
		});
		this.#port = await this.#until(() => this.#port, "the device's Server");
		this.#control = new WebSocket(`ws://${host}:${this.#port}/control`);
		await once(this.#control, "open");
		this.#control.on("message", (data: RawData) => {
			this.#totals = JSON.parse(data.toString()) as Totals;
			this.#watch.changed();
		});
		this.#control.on("close", () => {
			if (!this.#stopping) this.#fail("The device ended the control connection.");
		});
		this.#control.on("error", (error) => this.#fail(`The control connection failed: ${error.message}`));
	}

	async #visit(visitor: number): Promise<void> {
		while (!this.#resting && this.failures.length === 0) {
			const socket = new WebSocket(`ws://${host}:${this.#port}/${visitor}`);
			await this.#play(`visitor ${visitor}`, socket, once(socket, "open"));
		}
	}

	async #play(name: string, socket: WebSocket, opened?: Promise<unknown>): Promise<void> {
		this.#playing++;
		try {
			const lane = new Lane(name, socket, this.#random, this.tally);
			await opened;
			await lane.play();
		} catch (error) {
			this.#fail((error as Error).message);
			socket.terminate();
		}
		this.#playing--;
		this.#watch.changed();
	}

	#checkTotals({ accepted, sent, waiting, lost, replaced }: Totals): void {
		if (accepted !== sent + waiting + lost + replaced)
			this.#fail(
				`The device accepted ${accepted} messages in total; ${sent} were sent, ${waiting} are waiting, ${lost} are lost, ${replaced} were replaced.`,
			);
	}

	#command(command: ControlCommand): void {
		this.#control.send(JSON.stringify(command));
	}

	#trace(line: string): void {
		const [word, ...rest] = line.split(" ");
		if (word === "listening") this.#port = Number(rest[0]);
		else this.#fail(`The device reported: ${word === "fault" ? rest.join(" ") : line}`);
		this.#watch.changed();
	}

	#fail(failure: string): void {
		// Keep the first failures: later ones are often their consequences.
		if (this.failures.length < 10) this.failures.push(failure);
		this.#watch.changed();
	}

	#until<T>(look: () => T | undefined, what: string): Promise<T> {
		return this.#watch.until(
			() => {
				if (this.failures.length > 0) throw new Error(`Stopped waiting for ${what} after a failure.`);
				return look();
			},
			() => `Timeout while waiting for ${what}.`,
		);
	}

	/** Resolves after some milliseconds, or earlier if there is a failure. */
	async pass(milliseconds: number): Promise<void> {
		const end = Date.now() + milliseconds;
		const timer = setTimeout(() => this.#watch.changed(), milliseconds);
		await this.#watch.until(
			() => (this.failures.length > 0 || Date.now() >= end ? true : undefined),
			() => "Timeout while waiting.",
		);
		clearTimeout(timer);
	}
}
