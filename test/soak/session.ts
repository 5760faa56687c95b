/** One soak: the device, its peers, and readings of its heap whenever all connections have ended. */

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
/** The Clients of the device; see device/main.ts. */
const clientCount = 2;
/** Connections at a time to the device's Server. */
const visitorCount = 2;
/** Milliseconds; a machine with much else to do takes its time. */
const patience = 120_000;

/** A device at work, with its peers. */
export class Session {
	/** What went wrong so far, in sentences. */
	readonly failures: string[] = [];
	readonly tally: Tally = { endings: {}, bursts: 0 };
	readonly #random: Random;
	readonly #server: WebSocketServer;
	readonly #watch = new Watch(patience);
	#device!: Simulator;
	#control!: WebSocket;
	#port: number | undefined;
	#totals: Totals | undefined;
	#resting = true;
	#stopping = false;
	#visits: Promise<void>[] = [];
	/** Connections that are played. */
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

	/** Lets connections come and go until there is rest. */
	wake(): void {
		this.#resting = false;
		this.#command("wake");
		this.#visits = Array.from({ length: visitorCount }, (_, visitor) => this.#visit(visitor));
	}

	/** Lets all connections end, and opens no others. Gives what the device has done, and its heap then. */
	async rest(): Promise<Reading & Totals> {
		this.#resting = true;
		// The device cannot know of visitors that are on their way.
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
			hangTimeout: patience,
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

	#checkTotals({ accepted, sent, waiting, lost }: Totals): void {
		if (accepted !== sent + waiting + lost)
			this.#fail(
				`In all the device accepted ${accepted} messages; ${sent} are sent, ${waiting} wait, ${lost} are lost.`,
			);
	}

	#command(command: ControlCommand): void {
		this.#control.send(JSON.stringify(command));
	}

	#trace(line: string): void {
		const [word, ...rest] = line.split(" ");
		if (word === "listening") this.#port = Number(rest[0]);
		else this.#fail(`The device says: ${word === "fault" ? rest.join(" ") : line}`);
		this.#watch.changed();
	}

	#fail(failure: string): void {
		// What follows from the first ones would hide them.
		if (this.failures.length < 10) this.failures.push(failure);
		this.#watch.changed();
	}

	#until<T>(look: () => T | undefined, what: string): Promise<T> {
		return this.#watch.until(
			() => {
				if (this.failures.length > 0) throw new Error(`There was no ${what} after a failure.`);
				return look();
			},
			() => `There was no ${what}.`,
		);
	}

	/** Settles when so much time has passed, in milliseconds, or something has gone wrong. */
	async pass(milliseconds: number): Promise<void> {
		const end = Date.now() + milliseconds;
		const timer = setTimeout(() => this.#watch.changed(), milliseconds);
		await this.#watch.until(
			() => (this.failures.length > 0 || Date.now() >= end ? true : undefined),
			() => "The time did not pass.",
		);
		clearTimeout(timer);
	}
}
